package skinseg.core

import org.junit.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

class StoredTest {
    private val pixels = floatArrayOf(0f, 1f, 2f, 10f, 11f, 12f) // two pixels of three channels

    @Test
    fun `int8 rounds ties to even and clips`() {
        val info = info(3, Dtype.INT8, Layout.NHWC, 2.0, -1)
        assertEquals(listOf(-1, 0, 0, 4, 4, 5), Stored.store(pixels, info).map { it.toInt() })
        val far = Stored.store(FloatArray(6) { if (it == 0) -999f else 999f }, info)
        assertEquals(listOf(-128, 127), far.take(2).map { it.toInt() })
    }

    @Test
    fun `uint8 has its own range`() {
        val info = info(3, Dtype.UINT8, Layout.NHWC, 1.0, 0)
        val stored = Stored.store(floatArrayOf(-5f, 0f, 127.6f, 200f, 255f, 300f), info)
        assertEquals(listOf(0, 0, 128, 200, 255, 255), stored.map { it.toInt() and 0xFF })
    }

    @Test
    fun `channels first`() {
        val stored = Stored.store(pixels, info(3, Dtype.UINT8, Layout.NCHW, 1.0, 0))
        assertEquals(listOf(0, 10, 1, 11, 2, 12), stored.map { it.toInt() })
    }

    @Test
    fun `floats are little-endian`() {
        val info = info(3, Dtype.FLOAT32, Layout.NHWC, 1.0, 0)
        assertContentEquals(bytesOf(pixels), Stored.store(pixels, info))
    }

    @Test
    fun `results come back as real numbers`() {
        val bytes = byteArrayOf(-128, 127)
        assertContentEquals(
            floatArrayOf(0f, 255f * 0.00390625f),
            Stored.restore(bytes, info(1, Dtype.INT8, Layout.NHWC, 0.00390625, -128)).values,
        )
        assertContentEquals(
            floatArrayOf(64f, 63.5f),
            Stored.restore(bytes, info(1, Dtype.UINT8, Layout.NCHW, 0.5, 0)).values,
        )
        assertContentEquals(
            floatArrayOf(0.25f, 0.5f),
            Stored.restore(bytesOf(floatArrayOf(0.25f, 0.5f)), info(1, Dtype.FLOAT32, Layout.NHWC, 1.0, 0)).values,
        )
        assertFailsWith<InputError> { Stored.restore(ByteArray(3), info(1, Dtype.INT8, Layout.NHWC, 1.0, 0)) }
    }

    private fun info(
        channels: Int,
        dtype: Dtype,
        layout: Layout,
        scale: Double,
        zeroPoint: Int,
    ): TensorInfo {
        val shape = if (layout == Layout.NHWC) listOf(1, 1, 2, channels) else listOf(1, channels, 1, 2)
        return TensorInfo("t", shape, dtype, layout, scale, zeroPoint)
    }
}
