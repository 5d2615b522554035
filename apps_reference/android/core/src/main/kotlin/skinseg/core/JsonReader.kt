package skinseg.core

private const val DEEPEST = 64
private const val ESCAPES = "\"\\/bfnrt"
private const val ESCAPED = "\"\\/\b\u000C\n\r\t"
private val NUMBER = Regex("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")

/** Reads one JSON document, character by character. */
internal class JsonReader(
    private val text: String,
) {
    private var at = 0

    fun document(): Any? {
        val value = value(0)
        space()
        if (at < text.length) fail("one value")
        return value
    }

    private fun value(depth: Int): Any? {
        if (depth > DEEPEST) fail("at most $DEEPEST levels")
        space()
        return when (peek()) {
            '{' -> members(depth)
            '[' -> elements(depth)
            '"' -> string()
            't' -> word("true", true)
            'f' -> word("false", false)
            'n' -> word("null", null)
            else -> number()
        }
    }

    private fun members(depth: Int): Map<String, Any?> {
        val found = LinkedHashMap<String, Any?>()
        list('}') {
            space()
            val name = string()
            space()
            expect(':')
            if (name in found) fail("each name once")
            found[name] = value(depth + 1)
        }
        return found
    }

    private fun elements(depth: Int): List<Any?> {
        val found = ArrayList<Any?>()
        list(']') { found.add(value(depth + 1)) }
        return found
    }

    private fun list(
        close: Char,
        item: () -> Unit,
    ) {
        at++
        space()
        if (peek() == close) {
            at++
            return
        }
        while (true) {
            item()
            space()
            if (peek() == close) break
            expect(',')
        }
        at++
    }

    private fun string(): String {
        expect('"')
        val found = StringBuilder()
        while (peek() != '"') {
            val char = text[at++]
            when {
                char == '\\' -> found.append(escaped())
                char < ' ' -> fail("no bare control character")
                else -> found.append(char)
            }
        }
        at++
        return found.toString()
    }

    private fun escaped(): Char {
        val char = peek()
        at++
        if (char != 'u') {
            val known = ESCAPES.indexOf(char)
            return if (known >= 0) ESCAPED[known] else fail("a known escape")
        }
        val digits = text.substring(at, minOf(at + 4, text.length))
        if (digits.length < 4 || digits.any { it.digitToIntOrNull(16) == null }) fail("four hex digits")
        at += 4
        return digits.toInt(16).toChar()
    }

    private fun number(): Number {
        val found = NUMBER.matchAt(text, at) ?: fail("a value")
        at = found.range.last + 1
        val whole = found.groupValues[2].isEmpty() && found.groupValues[3].isEmpty()
        return (if (whole) found.value.toLongOrNull() else null) ?: found.value.toDouble()
    }

    private fun word(
        word: String,
        value: Boolean?,
    ): Boolean? {
        if (!text.startsWith(word, at)) fail("a value")
        at += word.length
        return value
    }

    private fun space() {
        while (at < text.length && text[at] in " \t\r\n") at++
    }

    private fun expect(char: Char) {
        if (peek() != char) fail("'$char'")
        at++
    }

    private fun peek(): Char = if (at < text.length) text[at] else fail("more")

    private fun fail(wanted: String): Nothing = throw InputError("JSON must be whole, at character $at it needs $wanted; write it anew")
}
