package skinseg.app

import android.graphics.Bitmap
import androidx.compose.foundation.Canvas
import androidx.compose.foundation.gestures.detectTapGestures
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.graphics.drawscope.clipRect
import androidx.compose.ui.graphics.drawscope.scale
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import skinseg.core.Mask
import skinseg.core.Paint
import skinseg.core.Photo
import skinseg.core.sampledSize
import kotlin.math.max

const val COLOUR = 0x00B8D4
private const val SCREEN = 2048

/** How a picture is looked at: the overlay's [opacity], and the share of the width that shows it. */
data class View(
    val opacity: Float = 0.5f,
    val share: Float = 1f,
)

/** A photograph under its mask; taps come back in the photograph's pixels, [marks] are drawn there. */
@Composable
fun Picture(
    photo: Photo,
    mask: Mask,
    view: View,
    marks: List<Offset> = emptyList(),
    onTap: (Offset) -> Unit = {},
) {
    val step = max(photo.height, photo.width) / SCREEN + 1 // for the eyes alone; the net saw every pixel
    val below = remember(photo) { bitmap(Paint.argb(photo, step), photo.height, photo.width, step).asImageBitmap() }
    val above = remember(mask) { bitmap(Paint.tint(mask, COLOUR, step), mask.height, mask.width, step).asImageBitmap() }
    val description = stringResource(R.string.photo_overlay)
    Canvas(
        Modifier
            .fillMaxWidth()
            .aspectRatio(photo.width.toFloat() / photo.height)
            .semantics { contentDescription = description }
            .pointerInput(photo) { detectTapGestures { onTap(it * (photo.width.toFloat() / size.width)) } },
    ) {
        val zoom = size.width / below.width
        scale(zoom, zoom, Offset.Zero) {
            drawImage(below)
            clipRect(right = below.width * view.share) { drawImage(above, alpha = view.opacity) }
        }
        for (mark in marks) drawCircle(Color.Yellow, radius = 12f, center = mark * (size.width / photo.width))
    }
}

/** Pixels of a sampled picture as Android holds them. */
fun bitmap(
    argb: IntArray,
    height: Int,
    width: Int,
    step: Int = 1,
): Bitmap = Bitmap.createBitmap(argb, sampledSize(width, step), sampledSize(height, step), Bitmap.Config.ARGB_8888)
