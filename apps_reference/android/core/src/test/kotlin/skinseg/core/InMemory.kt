package skinseg.core

private val MODEL_BYTES = byteArrayOf(1, 2, 3)

/** An artefact in memory, sealed as an export seals it. */
fun files(manifest: String = manifestOf()): MutableMap<String, ByteArray> =
    mutableMapOf(MANIFEST to manifest.encodeToByteArray(), MODEL to MODEL_BYTES).also(::seal)

fun seal(files: MutableMap<String, ByteArray>) {
    val signature = files[SIGNATURE]?.let { "${sha256(it)}  $SIGNATURE\n" }.orEmpty()
    files[SEAL] = "${sha256(files.getValue(MANIFEST))}  $MANIFEST\n$signature".encodeToByteArray()
}

fun open(files: Map<String, ByteArray>) = Artefact.open { files[it] }

fun tensor(
    name: String,
    channels: Int,
    extra: String = "",
) = """{"name": "$name", "shape": [1, 4, 6, $channels], "dtype": "float32", "layout": "NHWC",
        "range": [0, 1], "scale": 1.0, "zero_point": 0$extra}"""

/** The fields of a file with a contract of its own, and changes of that. */
fun ownContract(vararg changes: Pair<String, Any?>): Array<Pair<String, String>> {
    val contract =
        mapOf(
            "fit" to "letterbox",
            "filter" to "bilinear",
            "pad" to 114,
            "colour" to "BGR",
            "mean" to listOf(1, 2, 3),
            "deviation" to listOf(255.0, 255.0, 255.0),
            "output" to "logits",
            "channel" to 1,
            "inverted" to true,
        ) + changes
    val output = tensor("map", 2).replace("4, 6", "8, 9")
    return arrayOf("resize" to "\"contract\"", "colour" to "\"contract\"", "contract" to Json.write(contract), "output" to output)
}

fun manifestOf(vararg changes: Pair<String, String>): String {
    val fields =
        mapOf(
            "name" to "\"net\"",
            "task" to "\"lesion\"",
            "target" to "\"tflite\"",
            "precision" to "\"int8\"",
            "model_sha256" to "\"${sha256(MODEL_BYTES)}\"",
            "model_bytes" to "3",
            "golden_sha256" to "\"${"0".repeat(64)}\"",
            "input" to tensor("image", 3),
            "output" to tensor("probability", 1),
            "licence" to "\"Apache-2.0\"",
            "threshold" to "0.5",
            "resize" to "\"$RESIZE_RULE\"",
            "colour" to "\"RGB\"",
            "format" to "2",
        ) + changes
    return fields.entries.joinToString(prefix = "{", postfix = "}") { (name, value) -> "\"$name\": $value" }
}
