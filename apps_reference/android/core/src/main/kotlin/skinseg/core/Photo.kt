package skinseg.core

/** Largest photograph that is decoded, as in Python. */
const val MAX_MEGAPIXELS = 120

/** An upright photograph: [height] x [width] pixels, [rgb] row by row, three bytes a pixel. */
class Photo(
    val height: Int,
    val width: Int,
    val rgb: ByteArray,
) {
    init {
        requireSize(height, width)
        require(rgb.size == height * width * 3) {
            "a photograph must hold $height x $width x 3 bytes, this one has ${rgb.size}; decode it again"
        }
    }

    companion object {
        /**
         * Lays [argb] pixels on white paper and drops their transparency, as Pillow's alpha_composite
         * does it; not premultiplied, row by row.
         */
        fun onWhite(
            argb: IntArray,
            height: Int,
            width: Int,
        ): Photo {
            val rgb = ByteArray(argb.size * 3)
            for (index in argb.indices) {
                val pixel = argb[index]
                val alpha = pixel ushr 24
                for (channel in 0 until 3) {
                    val value = pixel ushr (16 - 8 * channel) and 0xFF
                    rgb[index * 3 + channel] = blended(value, alpha).toByte()
                }
            }
            return Photo(height, width, rgb)
        }
    }
}

/** Refuses what is no photograph or would not fit into memory; told from the header alone. */
fun requireSize(
    height: Int,
    width: Int,
) {
    require(height > 0 && width > 0) {
        "an image must have pixels, this one is $height x $width; choose another photograph"
    }
    require(height.toLong() * width <= MAX_MEGAPIXELS * 1_000_000L) {
        "an image may have $MAX_MEGAPIXELS megapixels at most, this one has $height x $width pixels; make it smaller"
    }
}

/** One channel over white: Pillow's integer arithmetic, with its 7 more bits of precision. */
private fun blended(
    value: Int,
    alpha: Int,
): Int {
    val sum = (value * alpha + 255 * (255 - alpha) + 128) shl 7
    return (((sum shr 8) + sum) shr 8) shr 7
}
