package skinseg.core

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
}
