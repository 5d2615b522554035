// What the app asks of androidx.compose.ui.unit: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.ui.unit

class Dp

val Int.dp: Dp get() = error("stub")

class IntSize(
    val width: Int,
    val height: Int,
)
