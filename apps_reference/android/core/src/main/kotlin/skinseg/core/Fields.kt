package skinseg.core

/** The members of a JSON object, each asked for by name and kind; what is missing is refused. */
internal class Fields private constructor(
    private val members: Map<*, *>,
    private val place: String,
) {
    fun text(name: String): String = of(name, "a text") { it as? String }

    fun whole(name: String): Long = of(name, "a whole number") { it as? Long }

    fun real(name: String): Double = of(name, "a finite number") { (it as? Number)?.toDouble()?.takeIf(Double::isFinite) }

    fun wholes(name: String): List<Long> =
        of(name, "a list of whole numbers") { value ->
            (value as? List<*>)?.filterIsInstance<Long>()?.takeIf { it.size == value.size }
        }

    fun inner(name: String): Fields = of(name, "an object") { it as? Map<*, *> }.let { Fields(it, "$place, $name") }

    /** Every member by name, for a sentence. */
    fun listed(): String = members.entries.joinToString { (name, value) -> "$name $value".take(40) }

    fun matching(
        name: String,
        pattern: Regex,
    ): String = of(name, "$pattern") { value -> (value as? String)?.takeIf(pattern::matches) }

    fun <T> choice(
        name: String,
        known: Map<String, T>,
    ): T = of(name, "one of ${known.keys.joinToString()}") { known[it] }

    private fun <T : Any> of(
        name: String,
        wanted: String,
        read: (Any?) -> T?,
    ): T {
        val value = members[name]
        return read(value) ?: throw InputError("$name in $place must be $wanted, got ${"$value".take(40)}; export the artefact again")
    }

    companion object {
        fun of(
            value: Any?,
            place: String,
        ): Fields =
            Fields(
                value as? Map<*, *> ?: throw InputError("$place must hold one JSON object; export the artefact again"),
                place,
            )
    }
}
