package skinseg.core

import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * Real values to the bytes that a model file takes, and back: layout, dtype and quantization of a
 * [TensorInfo], little-endian, a batch of one.
 */
object Stored {
    /** (h, w, channels) float32 to the model's input. */
    fun store(
        real: FloatArray,
        info: TensorInfo,
    ): ByteArray {
        val out = ByteBuffer.allocate(info.bytes).order(ByteOrder.LITTLE_ENDIAN)
        val plane = info.height * info.width
        for (at in real.indices) {
            // as the file orders them; `from` is the same sample where channels come last
            val from = if (info.layout == Layout.NHWC) at else at % plane * info.channels + at / plane
            val range = info.dtype.range
            if (range == null) out.putFloat(real[from]) else out.put(quantized(real[from], info, range))
        }
        return out.array()
    }

    /** The model's result to a real (h, w) map. */
    fun restore(
        bytes: ByteArray,
        info: TensorInfo,
    ): Probability {
        require(bytes.size == info.bytes) {
            "a result must have the ${info.bytes} bytes of its manifest, this one has ${bytes.size}; export the artefact again"
        }
        val stored = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
        val values =
            FloatArray(info.height * info.width) { index ->
                when (info.dtype) {
                    Dtype.FLOAT32 -> stored.getFloat(index * 4)
                    Dtype.INT8 -> real(bytes[index].toInt(), info)
                    Dtype.UINT8 -> real(bytes[index].toInt() and 0xFF, info)
                }
            }
        return Probability(info.height, info.width, values)
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

    private fun real(
        stored: Int,
        info: TensorInfo,
    ): Float = (stored - info.zeroPoint).toFloat() * info.scale.toFloat()
}
