package skinseg.core

import kotlin.math.hypot

/** Where the net sees a lesion (or skin, or a wound): [height] x [width] pixels, row by row. */
class Mask(
    val height: Int,
    val width: Int,
    val inside: BooleanArray,
) {
    /** Pixels inside. */
    val pixels: Int = inside.count { it }

    /** Share of the photograph's pixels inside, in [0, 1]. */
    val area: Double get() = pixels.toDouble() / inside.size

    /** Area in mm², in the plane that [scale] was measured in. */
    fun squareMillimetres(scale: Scale): Double = pixels * scale.millimetresPerPixel * scale.millimetresPerPixel

    /** TP / (TP + FP + FN) with another mask of the same size; 1 where both are empty. */
    fun jaccard(other: Mask): Double {
        require(height == other.height && width == other.width) {
            "masks must have one size, these have $height x $width and ${other.height} x ${other.width}; compare like with like"
        }
        val both = inside.indices.count { inside[it] && other.inside[it] }
        val either = pixels + other.pixels - both
        return if (either == 0) 1.0 else both.toDouble() / either
    }
}

/** How large a pixel of the photograph is in the plane of the skin. */
class Scale(
    val millimetresPerPixel: Double,
) {
    companion object {
        /** From two points, in pixels, on either edge of a thing of known size: a coin, a ruler. */
        fun between(
            x1: Double,
            y1: Double,
            x2: Double,
            y2: Double,
            millimetres: Double,
        ): Scale {
            val pixels = hypot(x2 - x1, y2 - y1)
            require(pixels >= 2.0 && millimetres > 0.0) {
                "a scale must come from two points on either edge of a coin, these are $pixels pixels apart; tap again"
            }
            return Scale(millimetres / pixels)
        }
    }
}
