package skinseg.core

import java.nio.ByteBuffer
import java.nio.ByteOrder
import kotlin.math.exp

/**
 * Levels to the bytes that a model file takes, and its result to probabilities: mean, deviation and
 * colour of a [Contract]; layout, dtype and quantization of a [TensorInfo], little-endian, a batch of
 * one; the output's channel and kind.
 */
object Stored {
    /** (h, w, 3) float32 RGB levels in [0, 255] to the model's input. */
    fun store(
        levels: FloatArray,
        info: TensorInfo,
        contract: Contract = Contract(),
    ): ByteArray {
        val mean = contract.mean.map { it.toFloat() }.toFloatArray()
        val deviation = contract.deviation.map { it.toFloat() }.toFloatArray()
        val bgr = contract.colour == ColourOrder.BGR
        val out = ByteBuffer.allocate(info.bytes).order(ByteOrder.LITTLE_ENDIAN)
        val plane = info.height * info.width
        for (at in levels.indices) {
            // as the file orders them
            val last = info.layout == Layout.NHWC
            val pixel = if (last) at / 3 else at % plane
            val channel = if (last) at % 3 else at / plane
            val colour = if (bgr) 2 - channel else channel
            val real = (levels[pixel * 3 + colour] - mean[colour]) / deviation[colour]
            val range = info.dtype.range
            if (range == null) out.putFloat(real) else out.put(quantized(real, info, range))
        }
        return out.array()
    }

    /** The model's result to the (h, w) map of the contract's channel. */
    fun restore(
        bytes: ByteArray,
        info: TensorInfo,
        contract: Contract = Contract(),
    ): Probability {
        require(bytes.size == info.bytes) {
            "a result must have the ${info.bytes} bytes of its manifest, this one has ${bytes.size}; export the artefact again"
        }
        val result = Result(bytes, info)
        val values =
            FloatArray(info.height * info.width) { pixel ->
                val found = probability(result, pixel, contract)
                if (contract.inverted) 1 - found else found
            }
        return Probability(info.height, info.width, values)
    }

    private fun probability(
        result: Result,
        pixel: Int,
        contract: Contract,
    ): Float {
        val value = result.real(pixel, contract.channel)
        return when (contract.output) {
            OutputKind.PROBABILITY -> value
            OutputKind.LOGITS -> 1 / (1 + exp(-value.coerceIn(-80f, 80f)))
            OutputKind.SOFTMAX -> softmax(result, pixel, value)
            OutputKind.BYTES -> value / 255
        }
    }

    /** Less the highest, so that no power overflows. */
    private fun softmax(
        result: Result,
        pixel: Int,
        value: Float,
    ): Float {
        val channels = 0 until result.info.channels
        val highest = channels.maxOf { result.real(pixel, it) }
        val sum = channels.fold(0f) { sum, channel -> sum + exp(result.real(pixel, channel) - highest) }
        return exp(value - highest) / sum
    }

    /** Float32 arithmetic, as NumPy does it where a float32 array meets a number; ties to even. */
    private fun quantized(
        value: Float,
        info: TensorInfo,
        range: IntRange,
    ): Byte {
        val step = Math.rint((value / info.scale.toFloat() + info.zeroPoint).toDouble())
        return step.toInt().coerceIn(range).toByte()
    }
}

/** The real numbers of a model's result. */
private class Result(
    private val bytes: ByteArray,
    val info: TensorInfo,
) {
    private val stored = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
    private val plane = info.height * info.width

    fun real(
        pixel: Int,
        channel: Int,
    ): Float {
        val at = if (info.layout == Layout.NHWC) pixel * info.channels + channel else channel * plane + pixel
        return when (info.dtype) {
            Dtype.FLOAT32 -> stored.getFloat(at * 4)
            Dtype.INT8 -> real(bytes[at].toInt())
            Dtype.UINT8 -> real(bytes[at].toInt() and 0xFF)
        }
    }

    private fun real(stored: Int): Float = (stored - info.zeroPoint).toFloat() * info.scale.toFloat()
}

/** Float32, little-endian. */
internal fun bytesOf(values: FloatArray): ByteArray {
    val buffer = ByteBuffer.allocate(values.size * 4).order(ByteOrder.LITTLE_ENDIAN)
    buffer.asFloatBuffer().put(values)
    return buffer.array()
}
