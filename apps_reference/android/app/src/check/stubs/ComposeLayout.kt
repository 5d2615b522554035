// What the app asks of androidx.compose.foundation.layout: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.foundation.layout

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.Dp

object Arrangement {
    interface Horizontal

    interface Vertical

    interface HorizontalOrVertical :
        Horizontal,
        Vertical

    fun spacedBy(space: Dp): HorizontalOrVertical = error("stub")
}

interface RowScope

interface ColumnScope

@Composable
fun Row(
    horizontalArrangement: Arrangement.Horizontal,
    content: @Composable RowScope.() -> Unit,
): Unit = error("stub")

@Composable
fun Column(
    modifier: Modifier,
    verticalArrangement: Arrangement.Vertical,
    content: @Composable ColumnScope.() -> Unit,
): Unit = error("stub")

fun Modifier.fillMaxSize(): Modifier = error("stub")

fun Modifier.fillMaxWidth(): Modifier = error("stub")

fun Modifier.aspectRatio(ratio: Float): Modifier = error("stub")

fun Modifier.padding(all: Dp): Modifier = error("stub")

fun Modifier.safeDrawingPadding(): Modifier = error("stub")
