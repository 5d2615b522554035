// What the app asks of androidx.compose.ui.semantics: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.compose.ui.semantics

import androidx.compose.ui.Modifier

interface SemanticsPropertyReceiver

var SemanticsPropertyReceiver.contentDescription: String
    get() = error("stub")
    set(value) = error("stub")

fun Modifier.semantics(properties: SemanticsPropertyReceiver.() -> Unit): Modifier = error("stub")
