package skinseg.core

private const val FORMAT = 2L

/** The member with the rules of a file that came from elsewhere; `resize` and `colour` then name it. */
private const val CONTRACT = "contract"

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
    /** An adopted file's own; null where it is this project's. */
    val contract: Contract?,
) {
    /** The contract that the file follows. */
    val rules: Contract get() = contract ?: Contract()

    /** Where an image's pixels lie in the file's input. */
    val frame: Frame get() = Frame(input.height, input.width, rules)

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
                    input = TensorInfo.of(fields.inner("input")),
                    output = TensorInfo.of(fields.inner("output")),
                    threshold = fields.real("threshold"),
                    licence = fields.text("licence"),
                    contract = contract(fields),
                )
            requireTensors(manifest)
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
    require(resize in listOf(RESIZE_RULE, CONTRACT)) { "resize must be '$RESIZE_RULE' or '$CONTRACT', got '$resize'; update the app" }
    val wanted = if (resize == CONTRACT) CONTRACT else COLOUR
    val colour = fields.text("colour")
    require(colour == wanted) { "colour must be '$wanted' beside that resize, got '$colour'; update the app" }
}

private fun contract(fields: Fields): Contract? = if (fields.text("resize") == CONTRACT) Contract.of(fields.inner(CONTRACT)) else null

private fun requireTensors(manifest: Manifest) {
    val given = manifest.input
    val result = manifest.output
    require(given.shape[0] == 1 && given.channels == 3) {
        "input must be one image of 3 channels, got ${given.shape}; export the artefact again"
    }
    if (manifest.contract == null) requireOneMap(result, given) else requireChannel(result, manifest.contract)
    require(manifest.threshold > 0 && manifest.threshold < 1) {
        "threshold must be in (0, 1), got ${manifest.threshold}; export the artefact again"
    }
}

private fun requireOneMap(
    result: TensorInfo,
    given: TensorInfo,
) = require(result.shape[0] == 1 && result.channels == 1 && result.height == given.height && result.width == given.width) {
    "output must be one map of 1 channel and the input's size, got ${result.shape}; export the artefact again"
}

private fun requireChannel(
    result: TensorInfo,
    contract: Contract,
) {
    val least = if (contract.output == OutputKind.SOFTMAX) 2 else 1
    require(result.shape[0] == 1 && result.channels >= least && result.channels > contract.channel) {
        "output must be one map of $least channels or more, among them channel ${contract.channel}, got ${result.shape}; " +
            "adopt the file again"
    }
}
