package skinseg.core

import org.junit.Test
import java.nio.ByteBuffer
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

/** The pure parts on arrays small enough to check by eye. */
class PixelsTest {
    @Test
    fun `resize keeps pixels in place`() {
        val map = Resize.map(floatArrayOf(0f, 1f), 1, 2, 1, 4)
        assertContentEquals(floatArrayOf(0f, 0.25f, 0.75f, 1f), map)
    }

    @Test
    fun `resize averages what it shrinks`() {
        val bytes = ByteArray(300) { if (it % 2 == 0) 0 else 200.toByte() }
        for (value in Resize.bytes(bytes, 1, 300, 1, 1, 3)) assertEquals(100f, value, 1f)
    }

    @Test
    fun `a resize to the same size changes no step`() {
        val values = FloatArray(12) { it * 0.0625f }
        assertContentEquals(values, Resize.map(values, 3, 4, 3, 4))
    }

    @Test
    fun `every EXIF orientation stands upright`() {
        // the six pixels of an upright photograph, 2 high and 3 wide, as each orientation stores them
        val stored =
            mapOf(
                1 to "abc def",
                2 to "cba fed",
                3 to "fed cba",
                4 to "def abc",
                5 to "ad be cf",
                6 to "cf be ad",
                7 to "fc eb da",
                8 to "da eb fc",
                0 to "abc def",
                9 to "abc def",
            )
        for ((exif, rows) in stored) {
            val photo = upright(photoOf(rows), exif)
            assertEquals(2 to 3, photo.height to photo.width)
            assertContentEquals(photoOf("abc def").rgb, photo.rgb, "orientation $exif")
        }
    }

    @Test
    fun `transparency lies on white`() {
        val photo = Photo.onWhite(intArrayOf(0x00102030, 0xFF102030.toInt(), 0x80000000.toInt()), 1, 3)
        assertEquals(listOf(255, 255, 255, 16, 32, 48, 127, 127, 127), photo.rgb.map { it.toInt() and 0xFF })
    }

    @Test
    fun `every value under every alpha is Pillow's`() {
        val all = IntArray(256 * 256) { ((it shr 8) shl 24) or (it and 0xFF) * 0x010101 }
        val white = sha256(Photo.onWhite(all, 256, 256).rgb) // as Image.alpha_composite gives it
        assertEquals("52e7b1782f7f68c1e0f638b604d478562ff7310ee2b53cc796cef1bd3a8fd4f5", white)
    }

    @Test
    fun `a photograph has pixels, and at most 120 megapixels`() {
        requireSize(9_000, 12_000)
        requireSize(10_000, 12_000)
        for ((height, width) in listOf(0 to 4, 4 to -1, 10_000 to 12_001, 70_000 to 70_000)) {
            assertFailsWith<InputError> { requireSize(height, width) }
        }
        assertFailsWith<InputError> { Photo(2, 2, ByteArray(11)) }
    }

    @Test
    fun `area in percent and in square millimetres`() {
        val mask = Mask(2, 4, BooleanArray(8) { it < 2 })
        assertEquals(0.25, mask.area)
        // a coin of 20 mm lies between two points 5 pixels apart: a pixel is 4 mm wide
        assertEquals(32.0, mask.squareMillimetres(Scale.between(0.0, 0.0, 3.0, 4.0, 20.0)), 1e-9)
        assertFailsWith<InputError> { Scale.between(1.0, 1.0, 1.0, 2.0, 20.0) }
    }

    @Test
    fun `the threshold's last bit decides nothing`() {
        val probability = Probability(1, 4, floatArrayOf(0.4999f, 0.4999995f, 0.5f, 0.5000005f))
        assertEquals(listOf(false, true, true, true), probability.toMask(0.5).inside.toList())
    }

    @Test
    fun `a mask is that of the map at every size and threshold`() {
        val values = FloatArray(9 * 12) { it * 29 % 33 / 32f }
        floatArrayOf(Float.NaN, -1f, 2f).copyInto(values, 50)
        val net = Probability(9, 12, values)
        val frame = Frame(9, 12)
        for ((height, width) in listOf(1 to 1, 3 to 5, 40 to 23, 77 to 101)) {
            for (threshold in listOf(-1.0, 0.0, 0.25, 0.5, 0.501, 1.0, 2.0)) {
                val mask = frame.toPhoto(net, height, width).toMask(threshold)
                val direct = frame.toPhotoMask(net, height, width, threshold)
                assertContentEquals(mask.inside, direct.inside, "$height x $width, $threshold")
            }
        }
    }

    @Test
    fun `Jaccard of masks`() {
        val left = Mask(1, 3, booleanArrayOf(true, true, false))
        assertEquals(0.5, left.jaccard(Mask(1, 3, booleanArrayOf(true, false, false))))
        assertEquals(1.0, Mask(1, 1, booleanArrayOf(false)).jaccard(Mask(1, 1, booleanArrayOf(false))))
        assertFailsWith<InputError> { left.jaccard(Mask(3, 1, BooleanArray(3))) }
    }

    @Test
    fun `an overlay colours the mask alone`() {
        val photo = Photo(1, 2, byteArrayOf(0, 100, 200.toByte(), 0, 100, 200.toByte()))
        val pixels = Paint.overlay(photo, Mask(1, 2, booleanArrayOf(true, false)), 0xFF0000, 0.5)
        assertEquals(listOf(0xFF803264.toInt(), 0xFF0064C8.toInt()), pixels.toList())
    }

    @Test
    fun `a screen's picture takes every second pixel`() {
        val photo = Photo(3, 3, ByteArray(27) { (it / 3).toByte() })
        assertEquals(listOf(0, 2, 6, 8), Paint.argb(photo, 2).map { it and 0xFF })
        val mask = Mask(3, 3, BooleanArray(9) { it == 8 })
        assertEquals(listOf(0, 0, 0, 0xFFFF0000.toInt()), Paint.tint(mask, 0xFF0000, 2).toList())
    }

    @Test
    fun `a camera's padded frame`() {
        val rgba = ByteArray(24) { it.toByte() } // two rows of two pixels and four bytes of padding
        val frame = Paint.frame(ByteBuffer.wrap(rgba), 12, 2, 2)
        assertEquals(listOf(0, 1, 2, 4, 5, 6, 12, 13, 14, 16, 17, 18), frame.rgb.map { it.toInt() })
        assertEquals(listOf(1, 6, 3, 8), listOf(0, 90, 180, 270).map(Paint::orientationOf))
    }

    private fun photoOf(rows: String): Photo {
        val lines = rows.split(" ")
        val pixels = lines.joinToString("")
        return Photo(lines.size, lines[0].length, ByteArray(pixels.length * 3) { (pixels[it / 3].code + it % 3).toByte() })
    }
}
