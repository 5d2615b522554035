// What the app asks of androidx.compose.foundation.gestures: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.foundation.gestures

import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.input.pointer.PointerInputScope

suspend fun PointerInputScope.detectTapGestures(onTap: ((Offset) -> Unit)? = null): Unit = error("stub")
