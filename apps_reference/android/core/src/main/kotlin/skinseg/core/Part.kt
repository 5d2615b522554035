package skinseg.core

import kotlin.math.max
import kotlin.math.min

/** A part of an image or of a map: [height] x [width] samples from row [top] and column [left] on. */
internal class Part(
    val height: Int,
    val width: Int,
    private val top: Int = 0,
    private val left: Int = 0,
) {
    /** The largest part in the middle of this one that has the aspect of [other]. */
    fun middle(other: Part): Part {
        val scale = min(height.toDouble() / other.height, width.toDouble() / other.width)
        val rows = rounded(other.height * scale).coerceIn(1, height)
        val columns = rounded(other.width * scale).coerceIn(1, width)
        return Part(rows, columns, (height - rows) / 2, (width - columns) / 2)
    }

    /** This part of [whole], in whole samples, where [whole] has the size of [other]. */
    fun scaled(
        whole: Part,
        other: Part,
    ): Part {
        fun row(at: Int) = rounded(at.toDouble() * other.height / whole.height)

        fun column(at: Int) = rounded(at.toDouble() * other.width / whole.width)
        val rows = row(top + height) - row(top)
        val columns = column(left + width) - column(left)
        return Part(max(1, rows), max(1, columns), row(top), column(left))
    }

    /** This part of the samples of [whole]: a primitive array of [channels] values each, as [blank] makes it. */
    fun <T : Any> cut(
        values: T,
        whole: Part,
        channels: Int,
        blank: (size: Int) -> T,
    ): T {
        if (covers(whole)) return values
        val out = blank(height * width * channels)
        eachRow(whole, channels) { here, there, length -> System.arraycopy(values, there, out, here, length) }
        return out
    }

    /** The samples of this part in their place in [whole], in which [blank] fills the rest. */
    fun <T : Any> placed(
        values: T,
        whole: Part,
        channels: Int,
        blank: (size: Int) -> T,
    ): T {
        if (covers(whole)) return values
        val out = blank(whole.height * whole.width * channels)
        eachRow(whole, channels) { here, there, length -> System.arraycopy(values, here, out, there, length) }
        return out
    }

    private fun covers(whole: Part) = height == whole.height && width == whole.width

    /** Visits each row: where it starts in this part and in [whole], and its length. */
    private inline fun eachRow(
        whole: Part,
        channels: Int,
        visit: (here: Int, there: Int, length: Int) -> Unit,
    ) {
        for (row in 0 until height) {
            visit(row * width * channels, ((top + row) * whole.width + left) * channels, width * channels)
        }
    }
}

/** Half to even, as Python rounds. */
private fun rounded(value: Double): Int = Math.rint(value).toInt()
