package skinseg.app

import android.content.Context
import android.content.Intent
import android.graphics.Bitmap
import android.net.Uri
import androidx.core.content.FileProvider
import java.io.File
import java.io.IOException

private fun shared(
    context: Context,
    name: String,
): File = File(context.cacheDir, "shared").apply { mkdirs() }.resolve(name)

/** Photographs and overlays do not outlive the app that made them. */
fun forgetShared(context: Context) {
    File(context.cacheDir, "shared").deleteRecursively()
}

private fun uriOf(
    context: Context,
    file: File,
): Uri = FileProvider.getUriForFile(context, "${context.packageName}.shared", file)

/** A place for the camera app to write a photograph to. */
fun placeForPhoto(context: Context): Uri = uriOf(context, shared(context, "photo.jpg"))

/** Hands a picture to whatever app the person chooses. Throws [Refusal] where it cannot be written. */
fun sharePng(
    context: Context,
    picture: Bitmap,
) {
    val file = shared(context, "overlay.png")
    writing { file.outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) } }
    val send =
        Intent(Intent.ACTION_SEND)
            .setType("image/png")
            .putExtra(Intent.EXTRA_STREAM, uriOf(context, file))
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
    // from the application's context, which is no activity
    context.startActivity(Intent.createChooser(send, null).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
}

/** Writes to the place that the person chose. Throws [Refusal] where it cannot be written. */
fun saveText(
    context: Context,
    text: String,
    place: Uri,
) = writing {
    val stream = context.contentResolver.openOutputStream(place) ?: throw IOException("no stream")
    stream.use { it.write(text.toByteArray()) }
}

private fun writing(write: () -> Unit) =
    try {
        write()
    } catch (full: IOException) {
        throw Refusal(R.string.no_storage, full)
    }
