package skinseg.app

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import androidx.exifinterface.media.ExifInterface
import skinseg.core.InputError
import skinseg.core.Photo
import skinseg.core.requireSize
import skinseg.core.upright
import java.io.IOException
import java.io.InputStream
import java.nio.ByteBuffer

/**
 * Decodes a photograph as docs/contract.md has it; [open] is called once for each of its three parts.
 *
 * BitmapFactory, not ImageDecoder: it leaves the orientation to us, which ExifInterface finds in JPEG,
 * PNG, WebP and HEIC (there as the container's own turn) and never takes from XMP. It keeps 8 bits of 16, and hands
 * over stored values without a colour space's conversion. It must not scale or premultiply.
 *
 * @throws Refusal where the file is no image, or a larger one than any app should decode.
 */
fun readPhoto(open: () -> InputStream): Photo =
    try {
        requirePossible(open)
        upright(decoded(open), open().use { ExifInterface(it).getAttributeInt(ExifInterface.TAG_ORIENTATION, 1) })
    } catch (unreadable: IOException) {
        throw Refusal(R.string.not_image, unreadable)
    } catch (gone: SecurityException) {
        throw Refusal(R.string.not_image, gone)
    }

/** Looks at the header alone. */
private fun requirePossible(open: () -> InputStream) {
    val header = BitmapFactory.Options().apply { inJustDecodeBounds = true }
    open().use { BitmapFactory.decodeStream(it, null, header) }
    if (header.outWidth <= 0 || header.outHeight <= 0) throw Refusal(R.string.not_image)
    try {
        requireSize(header.outHeight, header.outWidth)
    } catch (huge: InputError) {
        throw Refusal(R.string.too_large, huge)
    }
}

private fun decoded(open: () -> InputStream): Photo {
    val exactly =
        BitmapFactory.Options().apply {
            inPreferredConfig = Bitmap.Config.ARGB_8888
            inPremultiplied = false
            inScaled = false
        }
    val bitmap = open().use { BitmapFactory.decodeStream(it, null, exactly) } ?: throw Refusal(R.string.not_image)
    val rgba = ByteBuffer.allocate(bitmap.byteCount)
    bitmap.copyPixelsToBuffer(rgba) // stored values; getPixels would convert a colour space
    val argb =
        IntArray(bitmap.width * bitmap.height) { pixel ->
            val value = rgba.getInt(pixel / bitmap.width * bitmap.rowBytes + pixel % bitmap.width * 4)
            value ushr 8 or (value shl 24) // RGBA to ARGB
        }
    return Photo.onWhite(argb, bitmap.height, bitmap.width).also { bitmap.recycle() }
}
