package skinseg.core

import kotlin.math.abs
import kotlin.math.ceil
import kotlin.math.floor
import kotlin.math.max

/**
 * The one resize of the whole project: antialiased bilinear, the same numbers in every language.
 *
 * Triangle filter of support max(1, scale), half-pixel centres, taps beyond the edge dropped and the
 * rest normalised, float64 sums in tap order, horizontal then vertical without rounding in between,
 * float32 out. Neither the JVM nor ART may fuse a multiplication with an addition, so the bits are
 * those of `runtime_py/images/resize.py`. Never use Android's own scaling in its place.
 */
object Resize {
    /** Bytes 0..255 of (height, width, channels) to float32 (toHeight, toWidth, channels). */
    fun bytes(
        values: ByteArray,
        height: Int,
        width: Int,
        channels: Int,
        toHeight: Int,
        toWidth: Int,
    ): FloatArray {
        val across = Taps.of(width, toWidth)
        val rows = alongRows(height, width, channels, across) { (values[it].toInt() and 0xFF).toDouble() }
        return alongColumns(rows, Taps.of(height, toHeight), toWidth * channels)
    }

    /** A float32 map (height, width) to float32 (toHeight, toWidth). */
    fun map(
        values: FloatArray,
        height: Int,
        width: Int,
        toHeight: Int,
        toWidth: Int,
    ): FloatArray {
        val rows = alongRows(height, width, 1, Taps.of(width, toWidth)) { values[it].toDouble() }
        return alongColumns(rows, Taps.of(height, toHeight), toWidth)
    }
}

/** Which source samples make each target sample: [count] indices and weights for each of [target]. */
internal class Taps(
    val target: Int,
    val count: Int,
    val index: IntArray,
    val weight: DoubleArray,
) {
    companion object {
        fun of(
            source: Int,
            target: Int,
        ): Taps {
            val scale = source.toDouble() / target
            val support = max(1.0, scale)
            val count = ceil(2 * support).toInt() + 1
            val taps = Taps(target, count, IntArray(target * count), DoubleArray(target * count))
            for (t in 0 until target) taps.fill(t, source, scale, support)
            return taps
        }
    }

    private fun fill(
        t: Int,
        source: Int,
        scale: Double,
        support: Double,
    ) {
        val centre = (t + 0.5) * scale
        val first = floor(centre - support).toInt()
        var sum = 0.0
        for (k in 0 until count) {
            val sample = first + k
            val share = if (sample in 0 until source) max(0.0, 1.0 - abs((sample + 0.5 - centre) / support)) else 0.0
            index[t * count + k] = sample.coerceIn(0, source - 1)
            weight[t * count + k] = share
            sum += share
        }
        for (k in 0 until count) weight[t * count + k] /= sum
    }
}

private inline fun alongRows(
    height: Int,
    width: Int,
    channels: Int,
    taps: Taps,
    sample: (Int) -> Double,
): DoubleArray {
    val out = DoubleArray(height * taps.target * channels)
    var at = 0
    for (y in 0 until height) {
        for (t in 0 until taps.target) {
            for (channel in 0 until channels) {
                var sum = 0.0
                for (tap in t * taps.count until (t + 1) * taps.count) {
                    val from = (y * width + taps.index[tap]) * channels + channel
                    sum += sample(from) * taps.weight[tap]
                }
                out[at++] = sum
            }
        }
    }
    return out
}

private fun alongColumns(
    rows: DoubleArray,
    taps: Taps,
    length: Int,
): FloatArray {
    val out = FloatArray(taps.target * length)
    val sums = DoubleArray(length)
    for (t in 0 until taps.target) {
        sums.fill(0.0)
        for (tap in t * taps.count until (t + 1) * taps.count) {
            val from = taps.index[tap] * length
            for (x in 0 until length) sums[x] += rows[from + x] * taps.weight[tap]
        }
        for (x in 0 until length) out[t * length + x] = sums[x].toFloat()
    }
    return out
}
