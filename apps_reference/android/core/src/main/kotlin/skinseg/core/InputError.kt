package skinseg.core

/** Something from outside that cannot be used: one sentence with the rule, what came, what to do. */
class InputError(
    message: String,
    cause: Throwable? = null,
) : Exception(message, cause)

/** Throws [InputError] unless [rule] holds. */
inline fun require(
    rule: Boolean,
    sentence: () -> String,
) {
    if (!rule) throw InputError(sentence())
}
