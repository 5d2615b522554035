// What the app asks of androidx.compose.material3: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.material3

import androidx.compose.foundation.layout.RowScope
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color

class TextStyle

class Typography {
    val bodySmall: TextStyle get() = error("stub")
}

class ColorScheme {
    val error: Color get() = error("stub")
}

fun lightColorScheme(): ColorScheme = error("stub")

fun darkColorScheme(): ColorScheme = error("stub")

object MaterialTheme {
    val colorScheme: ColorScheme
        @Composable get() = error("stub")
    val typography: Typography
        @Composable get() = error("stub")
}

@Composable
fun MaterialTheme(
    colorScheme: ColorScheme,
    content: @Composable () -> Unit,
): Unit = error("stub")

@Composable
fun Surface(
    modifier: Modifier,
    content: @Composable () -> Unit,
): Unit = error("stub")

@Composable
fun Text(
    text: String,
    color: Color? = null,
    style: TextStyle? = null,
): Unit = error("stub")

@Composable
fun Button(
    onClick: () -> Unit,
    enabled: Boolean = true,
    content: @Composable RowScope.() -> Unit,
): Unit = error("stub")

@Composable
fun Slider(
    value: Float,
    onValueChange: (Float) -> Unit,
    valueRange: ClosedFloatingPointRange<Float> = 0f..1f,
): Unit = error("stub")

@Composable
fun PrimaryTabRow(
    selectedTabIndex: Int,
    tabs: @Composable () -> Unit,
): Unit = error("stub")

@Composable
fun Tab(
    selected: Boolean,
    onClick: () -> Unit,
    text: @Composable () -> Unit,
): Unit = error("stub")
