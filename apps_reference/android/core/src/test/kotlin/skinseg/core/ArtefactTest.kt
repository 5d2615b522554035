package skinseg.core

import org.junit.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

class ArtefactTest {
    @Test
    fun `a whole artefact opens`() {
        val artefact = open(files())
        assertEquals("net (tflite int8)", artefact.manifest.label)
        assertEquals(4 to 6, artefact.manifest.input.height to artefact.manifest.input.width)
    }

    @Test
    fun `a signed artefact opens`() {
        val files = files()
        files[SIGNATURE] = ByteArray(64)
        seal(files)
        open(files)
    }

    @Test
    fun `a missing file is refused`() {
        for (name in listOf(MANIFEST, SEAL, MODEL)) refused(files() - name, "$name is missing")
    }

    @Test
    fun `one changed byte is refused`() {
        for (name in listOf(MANIFEST, SEAL, MODEL)) {
            val files = files()
            files[name] = files.getValue(name).copyOf().also { it[0] = (it[0] + 1).toByte() }
            refused(files, "another")
        }
        refused(files() + (SIGNATURE to ByteArray(64)), "another") // a signature that no seal covers
    }

    @Test
    fun `what this code does not follow is refused`() {
        val changes =
            mapOf(
                "must have format" to ("format" to "3"),
                "runs tflite" to ("target" to "\"coreml\""),
                "resize must" to ("resize" to "\"nearest\""),
                "colour must" to ("colour" to "\"BGR\""),
                "threshold must" to ("threshold" to "1.0"),
                "threshold in" to ("threshold" to "\"0.5\""),
                "model_sha256 in" to ("model_sha256" to "\"abc\""),
                "model_bytes in" to ("model_bytes" to "3.5"),
                "the hash in" to ("model_bytes" to "4"),
                "3 channels" to ("input" to tensor("image", 1)),
                "1 channel" to ("output" to tensor("probability", 2)),
                "dtype in" to ("input" to tensor("image", 3).replace("float32", "float16")),
                "layout in" to ("input" to tensor("image", 3).replace("NHWC", "HWC")),
                "four sizes" to ("input" to tensor("image", 3).replace("4, 6", "4")),
                "from 1 to" to ("input" to tensor("image", 3).replace("4, 6", "0, 6")),
                "scale above" to ("output" to tensor("probability", 1).replace("1.0", "0")),
                "input's size" to ("output" to tensor("probability", 1).replace("4, 6", "6, 4")),
            )
        for ((words, change) in changes) refused(files(manifestOf(change)), words)
    }

    @Test
    fun `every field that is used must be there`() {
        val whole = Json.read(manifestOf()).asMap()
        for (name in whole.keys) refused(files(Json.write(whole - name)), name)
    }

    @Test
    fun `text that is no manifest is refused`() {
        for (text in listOf("", "[]", "null", "{", "{\"format\": 2")) refused(files(text), "")
    }

    private fun refused(
        files: Map<String, ByteArray>,
        words: String,
    ) {
        val sentence = assertFailsWith<InputError> { open(files) }.message!!
        assertContains(sentence, words)
        assertContains(sentence, Regex("^[^\n]+; [^\n]+$")) // a rule, what came, and what to do
    }
}
