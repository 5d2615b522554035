package skinseg.core

/**
 * JSON text to Kotlin values and back: objects are ordered maps, arrays are lists, numbers are
 * [Long] where they are written as integers and [Double] elsewhere.
 *
 * Strict as RFC 8259, and stricter: a name may come once in an object.
 */
object Json {
    /** @throws InputError where [text] is not one JSON value. */
    fun read(text: String): Any? = JsonReader(text).document()

    /** Indented JSON of maps, lists, strings, numbers, booleans and null; ends in a newline. */
    fun write(value: Any?): String = buildString { append(value, "\n") }.plus("\n")

    private fun StringBuilder.append(
        value: Any?,
        newline: String,
    ) {
        when (value) {
            is Map<*, *> -> {
                items(value.entries, '{', '}', newline) { (name, item), deeper ->
                    append(quoted(name as String)).append(": ")
                    append(item, deeper)
                }
            }

            is List<*> -> {
                items(value, '[', ']', newline) { item, deeper -> append(item, deeper) }
            }

            is String -> {
                append(quoted(value))
            }

            else -> {
                append(value.toString())
            }
        }
    }

    private fun <T> StringBuilder.items(
        values: Collection<T>,
        open: Char,
        close: Char,
        newline: String,
        item: (T, String) -> Unit,
    ) {
        append(open)
        val deeper = "$newline  "
        values.forEachIndexed { index, value ->
            append(if (index == 0) deeper else ",$deeper")
            item(value, deeper)
        }
        if (values.isNotEmpty()) append(newline)
        append(close)
    }

    private fun quoted(text: String) =
        buildString {
            append('"')
            for (char in text) {
                when {
                    char == '"' || char == '\\' -> append('\\').append(char)
                    char < ' ' -> append("\\u").append(char.code.toString(16).padStart(4, '0'))
                    else -> append(char)
                }
            }
            append('"')
        }
}
