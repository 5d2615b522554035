package skinseg.core

/** 8-bit nets often give the threshold itself: a processor's last bit must not decide there. */
const val TIE = 1e-6

/** A probability map, [height] x [width] float32 in [0, 1], row by row. */
class Probability(
    val height: Int,
    val width: Int,
    val values: FloatArray,
) {
    init {
        require(values.size == height * width) {
            "a probability map must hold $height x $width values, this one has ${values.size}; run the net again"
        }
    }

    /** True where the probability reaches the threshold, or misses it by [TIE] at most. */
    fun toMask(threshold: Double): Mask {
        val least = leastOf(threshold)
        return Mask(height, width, BooleanArray(values.size) { values[it] >= least })
    }
}

/** The least probability that is inside. */
internal fun leastOf(threshold: Double): Float = (threshold - TIE).toFloat()
