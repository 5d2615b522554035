package skinseg.core

import java.awt.image.BufferedImage
import java.awt.image.DataBuffer
import java.awt.image.IndexColorModel
import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import javax.imageio.ImageIO

/** Decodes with the JVM's own decoders, as `app` does with Android's; they read no WebP. */
fun readPhoto(file: File): Photo {
    val image = ImageIO.read(file)
    val photo = Photo.onWhite(argb(image), image.height, image.width)
    return upright(photo, exifOrientation(file.readBytes()))
}

/** Stored samples, never converted: getRGB would bend grey levels by a colour space. */
private fun argb(image: BufferedImage): IntArray {
    if (image.colorModel is IndexColorModel) return image.getRGB(0, 0, image.width, image.height, null, 0, image.width)
    val raster = image.raster
    val shift = if (raster.dataBuffer.dataType == DataBuffer.TYPE_USHORT) 8 else 0
    val bands = raster.numBands
    val samples = raster.getPixels(0, 0, image.width, image.height, null as IntArray?)
    return IntArray(image.width * image.height) { pixel ->
        fun band(index: Int) = samples[pixel * bands + index] shr shift
        val alpha = if (bands % 2 == 0) band(bands - 1) else 255
        val (green, blue) = if (bands >= 3) band(1) to band(2) else band(0) to band(0)
        (alpha shl 24) or (band(0) shl 16) or (green shl 8) or blue
    }
}

/** The orientation tag of the first directory of a JPEG's, PNG's or TIFF's EXIF; 1 where there is none. */
private fun exifOrientation(bytes: ByteArray): Int {
    val text = String(bytes, Charsets.ISO_8859_1)
    val mark =
        when {
            text.startsWith("II*") || text.startsWith("MM") -> ""
            text.startsWith("\u0089PNG") -> "eXIf"
            else -> "Exif\u0000\u0000"
        }
    if (mark !in text) return 1
    val start = text.indexOf(mark) + mark.length
    val order = if (bytes[start] == 'I'.code.toByte()) ByteOrder.LITTLE_ENDIAN else ByteOrder.BIG_ENDIAN
    val tiff = ByteBuffer.wrap(bytes, start, bytes.size - start).slice().order(order)
    val directory = tiff.getInt(4)
    val entries = (0 until tiff.getShort(directory)).map { directory + 2 + 12 * it }
    return entries.firstOrNull { tiff.getShort(it).toInt() == 0x0112 }?.let { tiff.getShort(it + 8).toInt() } ?: 1
}
