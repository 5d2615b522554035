// What the app asks of androidx.compose.ui.graphics.drawscope: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.ui.graphics.drawscope

import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap

interface DrawScope {
    val size: Size

    fun drawImage(
        image: ImageBitmap,
        topLeft: Offset = Offset.Zero,
        alpha: Float = 1f,
    )

    fun drawCircle(
        color: Color,
        radius: Float = 0f,
        center: Offset = Offset.Zero,
    )
}

inline fun DrawScope.clipRect(
    left: Float = 0f,
    top: Float = 0f,
    right: Float = size.width,
    bottom: Float = size.height,
    block: DrawScope.() -> Unit,
): Unit = error("stub")

inline fun DrawScope.scale(
    scaleX: Float,
    scaleY: Float,
    pivot: Offset,
    block: DrawScope.() -> Unit,
): Unit = error("stub")
