// What the app asks of androidx.compose.ui.input.pointer: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.ui.input.pointer

import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.IntSize

interface PointerInputScope {
    val size: IntSize
}

fun Modifier.pointerInput(
    key1: Any?,
    block: suspend PointerInputScope.() -> Unit,
): Modifier = error("stub")
