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
    fun `a contract of its own is read`() {
        val manifest = open(files(manifestOf(*ownContract()))).manifest
        val mean = listOf(1.0, 2.0, 3.0)
        val contract =
            Contract(Fit.LETTERBOX, Filter.BILINEAR, 114, ColourOrder.BGR, mean, List(3) { 255.0 }, OutputKind.LOGITS, 1, true)
        assertEquals(contract, manifest.contract)
        assertEquals(Frame(4, 6, contract), manifest.frame)
        assertEquals(Contract(), open(files(manifestOf("contract" to "null"))).manifest.rules)
    }

    @Test
    fun `a contract that this code does not follow is refused`() {
        val changes =
            mapOf(
                "fit in" to ("fit" to "stretch"),
                "filter in" to ("filter" to "nearest"),
                "from 0 to 255" to ("pad" to 256),
                "colour in" to ("colour" to "grey"),
                "three finite numbers" to ("mean" to listOf(0, 0)),
                "deviation must not be 0" to ("deviation" to listOf(1, 0, 1)),
                "output in" to ("output" to "labels"),
                "channel in" to ("channel" to -1),
                "among them channel 2" to ("channel" to 2),
                "2147483647, got 4294967296" to ("channel" to 4_294_967_296),
                "true or false" to ("inverted" to 1),
                "got surprise" to ("surprise" to 1),
            )
        for ((words, change) in changes) refused(files(manifestOf(*ownContract(change))), words)
        val alone = arrayOf("output" to tensor("map", 1))
        refused(files(manifestOf(*ownContract("output" to "softmax", "channel" to 0), *alone)), "2 channels")
        refused(files(manifestOf(*ownContract(), "colour" to "\"RGB\"")), "colour must")
        refused(files(manifestOf(*ownContract(), "contract" to "null")), "contract in")
    }

    @Test
    fun `every field that is used must be there`() {
        val whole = Json.read(manifestOf()).asMap()
        for (name in whole.keys) refused(files(Json.write(whole - name)), name)
        val contract = Json.read(ownContract().toMap().getValue("contract")).asMap()
        for (name in contract.keys) refused(files(manifestOf(*ownContract(), "contract" to Json.write(contract - name))), "$name in")
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
