package skinseg.core

import kotlin.math.max

/** How pixels are resampled. */
enum class Filter(
    val word: String,
    val resampler: Resampler,
) {
    /** This project's own. */
    ANTIALIASED("antialiased", Resize),

    /** Half-pixel centres: OpenCV, torch, TensorFlow 2. */
    BILINEAR("bilinear", Bilinear { at, source, target -> (at + 0.5) * (source.toDouble() / target) - 0.5 }),

    /** The corners' centres fall on each other. */
    ALIGNED("aligned-corners", Bilinear { at, source, target -> at * ((source - 1.0) / max(target - 1, 1)) }),

    /** Without half-pixel centres: TensorFlow 1. */
    ASYMMETRIC("asymmetric", Bilinear { at, source, target -> at * (source.toDouble() / target) }),
}

/** Takes pixels and maps from one size to another. */
interface Resampler {
    /** Bytes 0..255 of (height, width, channels) to float32 (toHeight, toWidth, channels). */
    fun bytes(
        values: ByteArray,
        height: Int,
        width: Int,
        channels: Int,
        toHeight: Int,
        toWidth: Int,
    ): FloatArray

    /** A float32 map (height, width) of probabilities to float32 (toHeight, toWidth). */
    fun map(
        values: FloatArray,
        height: Int,
        width: Int,
        toHeight: Int,
        toWidth: Int,
    ): FloatArray

    /** Where [map] is at least [level], without its floats. */
    fun reaches(
        values: FloatArray,
        height: Int,
        width: Int,
        toHeight: Int,
        toWidth: Int,
        level: Float,
    ): BooleanArray
}
