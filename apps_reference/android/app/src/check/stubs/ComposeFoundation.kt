// What the app asks of androidx.compose.foundation: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.foundation

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.drawscope.DrawScope

class ScrollState

@Composable
fun rememberScrollState(): ScrollState = error("stub")

fun Modifier.verticalScroll(state: ScrollState): Modifier = error("stub")

@Composable
fun isSystemInDarkTheme(): Boolean = error("stub")

@Composable
fun Canvas(
    modifier: Modifier,
    onDraw: DrawScope.() -> Unit,
): Unit = error("stub")
