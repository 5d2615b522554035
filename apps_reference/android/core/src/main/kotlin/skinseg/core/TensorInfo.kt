package skinseg.core

private const val MAX_SIDE = 4096L

/** How a model file stores one number. */
enum class Dtype(
    val word: String,
    val bytes: Int,
    val range: IntRange? = null,
) {
    FLOAT32("float32", 4),
    INT8("int8", 1, -128..127),
    UINT8("uint8", 1, 0..255),
}

/** Whether channels come last or first. */
enum class Layout { NHWC, NCHW }

/** One input or result of the model file; real = [scale] * (stored - [zeroPoint]). */
data class TensorInfo(
    val name: String,
    val shape: List<Int>,
    val dtype: Dtype,
    val layout: Layout,
    val scale: Double,
    val zeroPoint: Int,
) {
    val channels: Int get() = shape[if (layout == Layout.NHWC) 3 else 1]
    val height: Int get() = shape[if (layout == Layout.NHWC) 1 else 2]
    val width: Int get() = shape[if (layout == Layout.NHWC) 2 else 3]

    /** Bytes of the one image that the tensor holds. */
    val bytes: Int get() = height * width * channels * dtype.bytes

    internal companion object {
        /** @throws InputError where [fields] describe no tensor that a phone can hold. */
        fun of(fields: Fields): TensorInfo {
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
    }
}
