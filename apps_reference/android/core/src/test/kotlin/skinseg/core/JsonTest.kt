package skinseg.core

import org.junit.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

class JsonTest {
    @Test
    fun `values come back`() {
        val value =
            mapOf("a" to listOf(1L, -2.5, 1e300, true, false, null), "é\n\"\\\u0001" to mapOf<String, Any>(), "b" to emptyList<Any>())
        assertEquals(value, Json.read(Json.write(value)))
    }

    @Test
    fun `escapes are read`() {
        assertEquals("\"\\/\b\u000C\n\r\té😀", Json.read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\""))
    }

    @Test
    fun `what is no JSON is refused`() {
        val wrong =
            listOf(
                "",
                " ",
                "{",
                "[1",
                "[1,]",
                "{\"a\"}",
                "{\"a\":1,}",
                "{a:1}",
                "01",
                "1.",
                "+1",
                ".5",
                "1e",
                "NaN",
                "nul",
                "'a'",
                "\"a",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u12\"",
                "\"\n\"",
                "1 2",
                "{\"a\":1,\"a\":2}",
                "[".repeat(100) + "]".repeat(100),
            )
        for (text in wrong) assertFailsWith<InputError>(text) { Json.read(text) }
    }
}
