// What the app asks of androidx.compose.ui.graphics: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.ui.graphics

import android.graphics.Bitmap

interface ImageBitmap {
    val width: Int
    val height: Int
}

fun Bitmap.asImageBitmap(): ImageBitmap = error("stub")

class Color {
    companion object {
        val Yellow: Color = error("stub")
    }
}
