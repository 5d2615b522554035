package skinseg.core

/**
 * An image into a net's input of [height] x [width], and the net's map out of it: steps 3, 5 and 6 of
 * docs/contract.md, by the fit and the filter of [contract].
 */
data class Frame(
    val height: Int,
    val width: Int,
    val contract: Contract = Contract(),
) {
    private val whole get() = Part(height, width)
    private val resampler get() = contract.filter.resampler

    /** Photograph to (height, width, 3) float32 levels in [0, 255]. */
    fun toTensor(photo: Photo): FloatArray {
        val image = Part(photo.height, photo.width)
        val (from, to) = parts(image)
        val rgb = from.cut(photo.rgb, image, 3, ::ByteArray)
        val levels = resampler.bytes(rgb, from.height, from.width, 3, to.height, to.width)
        return to.placed(levels, whole, 3) { size -> FloatArray(size) { contract.pad.toFloat() } }
    }

    /** The net's own map, of any size, at the photograph's size; what a crop leaves out is 0. */
    fun toPhoto(
        probability: Probability,
        height: Int,
        width: Int,
    ): Probability = Probability(height, width, back(probability, Part(height, width), ::FloatArray, resampler::map))

    /** `toPhoto(…).toMask(threshold)`, without a map of the photograph's size in memory. */
    fun toPhotoMask(
        probability: Probability,
        height: Int,
        width: Int,
        threshold: Double,
    ): Mask {
        val least = leastOf(threshold)
        val beside = { size: Int -> BooleanArray(size) { 0f >= least } }
        val inside =
            back(probability, Part(height, width), beside) { values, rows, columns, toRows, toColumns ->
                resampler.reaches(values, rows, columns, toRows, toColumns, least)
            }
        return Mask(height, width, inside)
    }

    private inline fun <T : Any> back(
        probability: Probability,
        image: Part,
        noinline blank: (size: Int) -> T,
        resampled: (values: FloatArray, height: Int, width: Int, toHeight: Int, toWidth: Int) -> T,
    ): T {
        val (to, from) = parts(image)
        val map = Part(probability.height, probability.width)
        val seen = from.scaled(whole, map)
        val values = seen.cut(probability.values, map, 1, ::FloatArray)
        return to.placed(resampled(values, seen.height, seen.width, to.height, to.width), image, 1, blank)
    }

    /** The part of [image] that the net sees, and the part of the input where it lies. */
    private fun parts(image: Part): Pair<Part, Part> =
        when (contract.fit) {
            Fit.SQUASH -> image to whole
            Fit.LETTERBOX -> image to whole.middle(image)
            Fit.CROP -> image.middle(whole) to whole
        }
}
