package skinseg.core

/** The members of a JSON object, each asked for by name and kind; what is missing is refused. */
internal class Fields private constructor(
    private val members: Map<*, *>,
    private val place: String,
) {
    private val asked = mutableSetOf<String>()

    fun text(name: String): String = of(name, "a text") { it as? String }

    fun whole(name: String): Long = of(name, "a whole number") { it as? Long }

    fun whole(
        name: String,
        range: IntRange,
    ): Int = of(name, "a whole number from ${range.first} to ${range.last}") { value -> (value as? Long)?.takeIf { it in range }?.toInt() }

    fun flag(name: String): Boolean = of(name, "true or false") { it as? Boolean }

    fun real(name: String): Double = of(name, "a finite number", ::finite)

    fun wholes(name: String): List<Long> =
        of(name, "a list of whole numbers") { value ->
            (value as? List<*>)?.filterIsInstance<Long>()?.takeIf { it.size == value.size }
        }

    fun three(name: String): List<Double> =
        of(name, "a list of three finite numbers") { value ->
            (value as? List<*>)?.mapNotNull(::finite)?.takeIf { it.size == 3 && value.size == 3 }
        }

    fun inner(name: String): Fields = of(name, "an object") { it as? Map<*, *> }.let { Fields(it, "$place, $name") }

    fun matching(
        name: String,
        pattern: Regex,
    ): String = of(name, "$pattern") { value -> (value as? String)?.takeIf(pattern::matches) }

    fun <T> choice(
        name: String,
        known: Map<String, T>,
    ): T = of(name, "one of ${known.keys.joinToString()}") { known[it] }

    /** Refuses a member that nobody asked for: it may change what the others mean. */
    fun requireNoOther() {
        val other = members.keys - asked
        require(other.isEmpty()) { "$place must have no member that this app does not know, got ${other.first()}; update the app" }
    }

    private fun <T : Any> of(
        name: String,
        wanted: String,
        read: (Any?) -> T?,
    ): T {
        asked += name
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

private fun finite(value: Any?): Double? = (value as? Number)?.toDouble()?.takeIf(Double::isFinite)
