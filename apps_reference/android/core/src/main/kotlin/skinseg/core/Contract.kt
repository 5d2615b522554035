package skinseg.core

/** The resize rule of this project's own files; their manifests must name the very same. */
const val RESIZE_RULE = "bilinear, antialiased, half-pixel centres, weights of 1/65536, whole frame squashed"

/** The order of the channels of this project's own files; their manifests must name the very same. */
const val COLOUR = "RGB"

/** How an image's frame becomes the input's. */
enum class Fit(
    val word: String,
) {
    /** The whole frame, its aspect changed. */
    SQUASH("squash"),

    /** The whole frame, its aspect kept, in the middle. */
    LETTERBOX("letterbox"),

    /** The largest part in the middle that has the input's aspect. */
    CROP("centre-crop"),
}

/** The channels of the input, in order. */
enum class ColourOrder { RGB, BGR }

/** What the values of the output are. */
enum class OutputKind(
    val word: String,
) {
    PROBABILITY("probability"),

    /** A sigmoid makes probabilities of them. */
    LOGITS("logits"),

    /** Logits of several channels; a softmax over them makes probabilities. */
    SOFTMAX("softmax"),

    /** Probabilities from 0 to 255. */
    BYTES("bytes"),
}

/**
 * How an image becomes a net's input, and how its output becomes a probability; see
 * `runtime_py/contract.py`. Without arguments it is this project's own.
 */
data class Contract(
    val fit: Fit = Fit.SQUASH,
    val filter: Filter = Filter.ANTIALIASED,
    /** Level of what is beside a letterboxed image, 0 to 255. */
    val pad: Int = 0,
    val colour: ColourOrder = ColourOrder.RGB,
    /** value = (level - mean) / deviation: levels are 0 to 255, in the order of red, green, blue. */
    val mean: List<Double> = List(3) { 0.0 },
    val deviation: List<Double> = List(3) { 1.0 },
    val output: OutputKind = OutputKind.PROBABILITY,
    /** Of the output: the one whose probability is wanted. */
    val channel: Int = 0,
    /** Whether the channel is the background's. */
    val inverted: Boolean = false,
) {
    init {
        require(deviation.none { it == 0.0 }) { "deviation must not be 0, got $deviation; adopt the file again" }
    }

    internal companion object {
        /** @throws InputError where [fields] have another rule than these. */
        fun of(fields: Fields): Contract {
            val contract =
                Contract(
                    fit = fields.choice("fit", Fit.entries.associateBy { it.word }),
                    filter = fields.choice("filter", Filter.entries.associateBy { it.word }),
                    pad = fields.whole("pad", 0..255),
                    colour = fields.choice("colour", ColourOrder.entries.associateBy { it.name }),
                    mean = fields.three("mean"),
                    deviation = fields.three("deviation"),
                    output = fields.choice("output", OutputKind.entries.associateBy { it.word }),
                    channel = fields.whole("channel", 0..Int.MAX_VALUE),
                    inverted = fields.flag("inverted"),
                )
            fields.requireNoOther()
            return contract
        }
    }
}
