// What the app asks of androidx.compose.ui: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.ui

interface Modifier {
    companion object : Modifier
}
