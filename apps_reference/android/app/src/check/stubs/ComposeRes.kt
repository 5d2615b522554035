// What the app asks of androidx.compose.ui.res: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.ui.res

import androidx.compose.runtime.Composable

@Composable
fun stringResource(id: Int): String = error("stub")

@Composable
fun stringResource(
    id: Int,
    vararg formatArgs: Any,
): String = error("stub")
