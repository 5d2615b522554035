package skinseg.app

import skinseg.core.InputError

/** Something the person can mend, said in their language; [InputError] speaks to developers. */
class Refusal(
    val text: Int,
    cause: Throwable? = null,
) : Exception(cause)
