// What the app asks of androidx.compose.ui.geometry: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.ui.geometry

class Offset(
    val x: Float,
    val y: Float,
) {
    operator fun times(operand: Float): Offset = error("stub")

    companion object {
        val Zero: Offset = error("stub")
    }
}

class Size(
    val width: Float,
    val height: Float,
)
