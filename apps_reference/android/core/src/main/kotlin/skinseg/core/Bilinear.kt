package skinseg.core

import kotlin.math.floor
import kotlin.math.min

/**
 * Two by two pixels, without antialiasing, in float32: along columns, then along rows; bit-equal to
 * `runtime_py/images/frame.py`.
 *
 * [place] says where the target sample `at` lies among the source samples.
 */
class Bilinear(
    private val place: (at: Int, source: Int, target: Int) -> Double,
) : Resampler {
    override fun bytes(
        values: ByteArray,
        height: Int,
        width: Int,
        channels: Int,
        toHeight: Int,
        toWidth: Int,
    ): FloatArray {
        val out = FloatArray(toHeight * toWidth * channels)
        val down = pairs(height, toHeight)
        val across = pairs(width, toWidth)
        each({ (values[it].toInt() and 0xFF).toFloat() }, down, across, channels) { at, value -> out[at] = value }
        return out
    }

    override fun map(
        values: FloatArray,
        height: Int,
        width: Int,
        toHeight: Int,
        toWidth: Int,
    ): FloatArray {
        val out = FloatArray(toHeight * toWidth)
        each(values::get, pairs(height, toHeight), pairs(width, toWidth)) { at, value -> out[at] = value }
        return out
    }

    override fun reaches(
        values: FloatArray,
        height: Int,
        width: Int,
        toHeight: Int,
        toWidth: Int,
        level: Float,
    ): BooleanArray {
        val inside = BooleanArray(toHeight * toWidth)
        each(values::get, pairs(height, toHeight), pairs(width, toWidth)) { at, value -> inside[at] = value >= level }
        return inside
    }

    private fun pairs(
        source: Int,
        target: Int,
    ) = Pairs(source, DoubleArray(target) { place(it, source, target).coerceIn(0.0, source - 1.0) })
}

/** The two source samples of each target sample, and the share of the second. */
private class Pairs(
    val source: Int,
    places: DoubleArray,
) {
    val count = places.size
    val first = IntArray(count) { floor(places[it]).toInt() }
    val second = IntArray(count) { min(first[it] + 1, source - 1) }
    private val share = FloatArray(count) { (places[it] - first[it]).toFloat() }

    fun mixed(
        at: Int,
        first: Float,
        second: Float,
    ): Float = first + (second - first) * share[at]
}

/** Visits every target sample in order. */
private inline fun each(
    value: (at: Int) -> Float,
    down: Pairs,
    across: Pairs,
    channels: Int = 1,
    visit: (at: Int, value: Float) -> Unit,
) {
    val row = FloatArray(across.source * channels)
    var at = 0
    for (y in 0 until down.count) {
        val upper = down.first[y] * row.size
        val lower = down.second[y] * row.size
        for (x in row.indices) row[x] = down.mixed(y, value(upper + x), value(lower + x))
        for (x in 0 until across.count) {
            for (channel in 0 until channels) {
                val left = row[across.first[x] * channels + channel]
                val right = row[across.second[x] * channels + channel]
                visit(at++, across.mixed(x, left, right))
            }
        }
    }
}
