package skinseg.core

private const val FORMAT = 2L
private const val MAX_SIDE = 4096L

/** What `resize` says of a file that came from elsewhere: its rules stand in `contract`. */
private const val OWN_CONTRACT = "contract"

private val SHA256 = Regex("[0-9a-f]{64}")

/** What `manifest.json` says, as far as an app needs it; see `runtime_py/artifact/manifest.py`. */
data class Manifest(
    val name: String,
    val task: String,
    val precision: String,
    val modelSha256: String,
    val modelBytes: Long,
    val goldenSha256: String,
    val input: TensorInfo,
    val output: TensorInfo,
    val threshold: Double,
    val licence: String,
) {
    /** What screens and reports call the artefact. */
    val label: String get() = "$name (tflite $precision)"

    companion object {
        /** @throws InputError where [text] is no manifest that this code follows. */
        fun parse(text: String): Manifest {
            val fields = Fields.of(Json.read(text), MANIFEST)
            requireFollowed(fields)
            val manifest =
                Manifest(
                    name = fields.text("name"),
                    task = fields.text("task"),
                    precision = fields.text("precision"),
                    modelSha256 = fields.matching("model_sha256", SHA256),
                    modelBytes = fields.whole("model_bytes"),
                    goldenSha256 = fields.matching("golden_sha256", SHA256),
                    input = tensor(fields.inner("input")),
                    output = tensor(fields.inner("output")),
                    threshold = fields.real("threshold"),
                    licence = fields.text("licence"),
                )
            requireOneMap(manifest)
            return manifest
        }
    }
}

/** Refuses what was written for other code than this. */
private fun requireFollowed(fields: Fields) {
    val format = fields.whole("format")
    require(format == FORMAT) { "$MANIFEST must have format $FORMAT, this one has $format; export the artefact again" }
    val target = fields.text("target")
    require(target == "tflite") {
        "an Android app runs tflite artefacts, this one is $target; export it with --target tflite"
    }
    val resize = fields.text("resize")
    require(resize != OWN_CONTRACT) {
        "the artefact has a contract of its own (${fields.inner("contract").listed()}), and this app follows none but " +
            "docs/contract.md; export the artefact or extend the app"
    }
    require(resize == RESIZE_RULE) { "resize must be '$RESIZE_RULE', got '$resize'; update the app" }
    val colour = fields.text("colour")
    require(colour == COLOUR) { "colour must be '$COLOUR', got '$colour'; update the app" }
}

private fun tensor(fields: Fields): TensorInfo {
    val name = fields.text("name")
    val shape = fields.wholes("shape")
    require(shape.size == 4 && shape.all { it in 1..MAX_SIDE }) {
        "$name must have four sizes from 1 to $MAX_SIDE, got $shape; export the artefact again"
    }
    val scale = fields.real("scale")
    require(scale > 0) { "$name must have a scale above 0, got $scale; export the artefact again" }
    return TensorInfo(
        name = name,
        shape = shape.map { it.toInt() },
        dtype = fields.choice("dtype", Dtype.entries.associateBy { it.word }),
        layout = fields.choice("layout", Layout.entries.associateBy { it.name }),
        scale = scale,
        zeroPoint = fields.whole("zero_point").toInt(),
    )
}

private fun requireOneMap(manifest: Manifest) {
    val given = manifest.input
    val result = manifest.output
    require(given.shape[0] == 1 && given.channels == 3) {
        "input must be one image of 3 channels, got ${given.shape}; export the artefact again"
    }
    require(result.shape[0] == 1 && result.channels == 1 && result.height == given.height && result.width == given.width) {
        "output must be one map of 1 channel and the input's size, got ${result.shape}; export the artefact again"
    }
    require(manifest.threshold > 0 && manifest.threshold < 1) {
        "threshold must be in (0, 1), got ${manifest.threshold}; export the artefact again"
    }
}
