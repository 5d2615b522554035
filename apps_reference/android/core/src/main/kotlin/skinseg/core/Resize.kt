package skinseg.core

import java.nio.ByteBuffer
import java.nio.ByteOrder
import kotlin.math.abs
import kotlin.math.floor
import kotlin.math.max
import kotlin.math.min

/**
 * The one resize of the whole project: antialiased bilinear in whole numbers, bit-equal to
 * `runtime_py/images/resize.py`.
 *
 * A target sample's weights are whole numbers of 65,536ths that sum to 65,536, a probability is a
 * multiple of 2^-20: every sum is a whole number up to 2^52, exact in any order, and rounded once, to
 * float32. Never use Android's own scaling in its place.
 */
object Resize : Resampler {
    private const val ONE = 1L shl 16

    /** Steps of a probability between 0 and 1. */
    private const val STEPS = 1L shl 20

    override fun bytes(
        values: ByteArray,
        height: Int,
        width: Int,
        channels: Int,
        toHeight: Int,
        toWidth: Int,
    ): FloatArray {
        val down = Taps.of(height, toHeight)
        val across = Taps.of(width, toWidth)
        val rows = Rows(values, width * channels)
        val out = FloatArray(toHeight * toWidth * channels)
        var at = 0
        for (y in 0 until toHeight) {
            val row = rows.sum(down, y)
            for (x in 0 until toWidth) {
                for (channel in 0 until channels) {
                    out[at++] = (across.sum(row, x, channel, channels).toDouble() / (ONE * ONE)).toFloat()
                }
            }
        }
        return out
    }

    override fun map(
        values: FloatArray,
        height: Int,
        width: Int,
        toHeight: Int,
        toWidth: Int,
    ): FloatArray {
        val across = Taps.of(width, toWidth)
        val out = FloatArray(toHeight * toWidth)
        eachRow(values, height, width, toHeight) { y, row ->
            for (x in 0 until toWidth) out[y * toWidth + x] = probability(across.sum(row, x))
        }
        return out
    }

    /**
     * Target samples of the same source samples are a run. Where all of these reach the level, or none
     * does, so does the whole run, or none of it: only the outline is computed pixel by pixel.
     */
    override fun reaches(
        values: FloatArray,
        height: Int,
        width: Int,
        toHeight: Int,
        toWidth: Int,
        level: Float,
    ): BooleanArray {
        val across = Taps.of(width, toWidth)
        val runs = (0..toWidth).filter { it % toWidth == 0 || across.first[it] != across.first[it - 1] }
        val inside = BooleanArray(toHeight * toWidth)
        eachRow(values, height, width, toHeight) { y, row ->
            for (run in 1 until runs.size) {
                val from = runs[run - 1]
                val start = across.first[from]
                var low = row[start]
                var high = low
                for (at in start + 1 until min(start + across.count, width)) {
                    low = min(low, row[at])
                    high = max(high, row[at])
                }
                if (probability(low * ONE) >= level) {
                    inside.fill(true, y * toWidth + from, y * toWidth + runs[run])
                } else if (probability(high * ONE) >= level) {
                    for (x in from until runs[run]) inside[y * toWidth + x] = probability(across.sum(row, x)) >= level
                }
            }
        }
        return inside
    }

    /** Sum probabilities along columns, as whole numbers, for each target row. */
    private inline fun eachRow(
        values: FloatArray,
        height: Int,
        width: Int,
        toHeight: Int,
        visit: (y: Int, row: LongArray) -> Unit,
    ) {
        val steps = LongArray(values.size) { stepsOf(values[it].toDouble()) }
        val down = Taps.of(height, toHeight)
        val row = LongArray(width)
        for (y in 0 until toHeight) {
            row.fill(0)
            down.each(y) { source, weight ->
                for (x in row.indices) row[x] += steps[source * width + x] * weight
            }
            visit(y, row)
        }
    }

    private fun probability(sum: Long): Float = (sum.toDouble() / (ONE * ONE * STEPS)).toFloat()

    /** What is no number becomes 0. */
    private fun stepsOf(probability: Double): Long = if (probability > 0) floor(min(probability, 1.0) * STEPS + 0.5).toLong() else 0
}

/**
 * Sums rows of bytes along columns. A sum is below 2^24, so a Long holds two of them, and eight bytes
 * cost four multiplications.
 */
private class Rows(
    private val values: ByteArray,
    private val length: Int,
) {
    private val bytes = ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN)
    private val pairs = LongArray(length / 8 * 4)
    private val row = IntArray(length)

    /** The sums of one target row, until the next call. */
    fun sum(
        down: Taps,
        y: Int,
    ): IntArray {
        pairs.fill(0)
        row.fill(0)
        down.each(y) { source, weight -> add(source * length, weight) }
        for (at in pairs.indices) {
            val x = at / 4 * 8 + at % 4
            row[x] = pairs[at].toInt()
            row[x + 4] = (pairs[at] ushr 32).toInt()
        }
        return row
    }

    private fun add(
        from: Int,
        weight: Int,
    ) {
        val share = weight.toLong()
        for (group in 0 until pairs.size / 4) {
            val eight = bytes.getLong(from + 8 * group)
            val at = 4 * group
            pairs[at] += (eight and PAIR) * share
            pairs[at + 1] += (eight ushr 8 and PAIR) * share
            pairs[at + 2] += (eight ushr 16 and PAIR) * share
            pairs[at + 3] += (eight ushr 24 and PAIR) * share
        }
        for (x in pairs.size * 2 until length) row[x] += (values[from + x].toInt() and 0xFF) * weight
    }

    private companion object {
        /** The lowest byte of each half. */
        const val PAIR = 0xFF000000FFL
    }
}

/** Which source samples make each of [target] samples: [count] from [first] on, and their weights. */
internal class Taps(
    val target: Int,
    val count: Int,
    val first: IntArray,
    val weight: IntArray,
) {
    /** Visit the source samples of one target sample, and their weights in 65,536ths. */
    inline fun each(
        sample: Int,
        visit: (source: Int, weight: Int) -> Unit,
    ) {
        for (tap in 0 until count) {
            val share = weight[sample * count + tap]
            if (share > 0) visit(first[sample] + tap, share)
        }
    }

    /** The sum of the source samples of one target sample, of one channel. */
    fun sum(
        row: IntArray,
        sample: Int,
        channel: Int,
        channels: Int,
    ): Long {
        var sum = 0L
        each(sample) { source, weight -> sum += row[source * channels + channel].toLong() * weight }
        return sum
    }

    /** The same of a map. */
    fun sum(
        row: LongArray,
        sample: Int,
    ): Long {
        var sum = 0L
        each(sample) { source, weight -> sum += row[source] * weight }
        return sum
    }

    companion object {
        /** The filter that takes an axis of [source] samples to [target] samples. */
        fun of(
            source: Int,
            target: Int,
        ): Taps {
            val support = 2L * max(source, target) // in units of 1 / (2 * target) source samples
            val count = min(support / target + 1, source.toLong()).toInt()
            val taps = Taps(target, count, IntArray(target), IntArray(target * count))
            for (sample in 0 until target) taps.fill(sample, source, support)
            return taps
        }
    }

    private fun fill(
        sample: Int,
        source: Int,
        support: Long,
    ) {
        val centre = (2L * sample + 1) * source
        val start = max(Math.floorDiv(centre - support + target, 2L * target), 0L)
        val until = LongArray(count + 1)
        for (tap in 0 until count) {
            val height = support - abs((2 * (start + tap) + 1) * target - centre)
            until[tap + 1] = until[tap] + if (start + tap < source) max(height, 0L) else 0L
        }
        first[sample] = start.toInt()
        for (tap in 0 until count) {
            val share = roundedShare(until[tap + 1], until[count]) - roundedShare(until[tap], until[count])
            weight[sample * count + tap] = share.toInt()
        }
    }

    /** 65,536 * sum / total, half to even: mirrored axes have mirrored weights. */
    private fun roundedShare(
        sum: Long,
        total: Long,
    ): Long {
        val whole = sum * 65_536 / total
        val twice = 2 * (sum * 65_536 - whole * total)
        return if (twice > total || (twice == total && whole % 2 == 1L)) whole + 1 else whole
    }
}
