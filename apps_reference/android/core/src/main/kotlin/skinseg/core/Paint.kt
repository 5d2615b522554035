package skinseg.core

import java.nio.ByteBuffer

/** Between a photograph's bytes and the ARGB integers and RGBA frames of screens and cameras. */
object Paint {
    /** Opaque ARGB pixels of a photograph; for a screen every [step]th of every [step]th row will do. */
    fun argb(
        photo: Photo,
        step: Int = 1,
    ): IntArray = sampled(photo.height, photo.width, step) { photo.argb(it) }

    /** [colour] (0xRRGGBB) on the mask's pixels and nothing elsewhere, sampled as [argb] samples. */
    fun tint(
        mask: Mask,
        colour: Int,
        step: Int = 1,
    ): IntArray = sampled(mask.height, mask.width, step) { if (mask.inside[it]) OPAQUE or colour else 0 }

    /** A photograph with [colour] (0xRRGGBB) laid over the mask; [opacity] in [0, 1]. */
    fun overlay(
        photo: Photo,
        mask: Mask,
        colour: Int,
        opacity: Double,
    ): IntArray {
        val pixels = argb(photo)
        for (index in pixels.indices) {
            if (mask.inside[index]) pixels[index] = mixed(pixels[index], colour, opacity)
        }
        return pixels
    }

    /** A camera's RGBA frame, whose rows may be padded to [rowBytes], as a photograph; alpha is ignored. */
    fun frame(
        rgba: ByteBuffer,
        rowBytes: Int,
        height: Int,
        width: Int,
    ): Photo {
        val rgb = ByteArray(height * width * 3)
        for (pixel in 0 until height * width) {
            val from = pixel / width * rowBytes + pixel % width * 4
            for (channel in 0 until 3) rgb[pixel * 3 + channel] = rgba.get(from + channel)
        }
        return Photo(height, width, rgb)
    }

    /** The EXIF orientation that means the same as a clockwise turn of [degrees]. */
    fun orientationOf(degrees: Int): Int =
        when (degrees) {
            90 -> 6
            180 -> 3
            270 -> 8
            else -> 1
        }
}

private const val OPAQUE = 0xFF shl 24

/** Samples left of [size] where every [step]th is taken. */
fun sampledSize(
    size: Int,
    step: Int,
): Int = (size + step - 1) / step

private inline fun sampled(
    height: Int,
    width: Int,
    step: Int,
    pixel: (Int) -> Int,
): IntArray {
    val columns = sampledSize(width, step)
    return IntArray(sampledSize(height, step) * columns) { pixel(it / columns * step * width + it % columns * step) }
}

private fun Photo.argb(pixel: Int): Int {
    fun level(channel: Int) = rgb[pixel * 3 + channel].toInt() and 0xFF
    return OPAQUE or (level(0) shl 16) or (level(1) shl 8) or level(2)
}

private fun mixed(
    pixel: Int,
    colour: Int,
    opacity: Double,
): Int =
    listOf(16, 8, 0).fold(OPAQUE) { sum, shift ->
        val below = pixel shr shift and 0xFF
        val above = colour shr shift and 0xFF
        sum or (Math.round(below + (above - below) * opacity).toInt() shl shift)
    }
