package skinseg.core

/** The resize rule that this code implements; a manifest must name the very same. */
const val RESIZE_RULE = "bilinear, antialiased, half-pixel centres, weights of 1/65536, whole frame squashed"

/** The order of the channels that this code feeds; a manifest must name the very same. */
const val COLOUR = "RGB"

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
}

/** The contract between a photograph and a net: docs/contract.md, steps 3, 5 and 6. */
object Contract {
    /** Photograph to the net's input: (height, width, 3) float32 in [0, 255]. */
    fun toTensor(
        photo: Photo,
        height: Int,
        width: Int,
    ): FloatArray = Resize.bytes(photo.rgb, photo.height, photo.width, 3, height, width)

    /** The net's own map at the photograph's size. */
    fun toPhoto(
        probability: Probability,
        height: Int,
        width: Int,
    ): Probability {
        val values = Resize.map(probability.values, probability.height, probability.width, height, width)
        return Probability(height, width, values)
    }

    /** True where the probability reaches the threshold, or misses it by [TIE] at most. */
    fun toMask(
        probability: Probability,
        threshold: Double,
    ): Mask {
        val least = (threshold - TIE).toFloat()
        val inside = BooleanArray(probability.values.size) { probability.values[it] >= least }
        return Mask(probability.height, probability.width, inside)
    }

    /** `toMask(toPhoto(…))`, without a map of the photograph's size in memory. */
    fun toPhotoMask(
        probability: Probability,
        height: Int,
        width: Int,
        threshold: Double,
    ): Mask {
        val least = (threshold - TIE).toFloat()
        val inside = Resize.reaches(probability.values, probability.height, probability.width, height, width, least)
        return Mask(height, width, inside)
    }
}
