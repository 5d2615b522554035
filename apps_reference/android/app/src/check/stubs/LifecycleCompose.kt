// What the app asks of androidx.lifecycle.compose: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.lifecycle.compose

import androidx.compose.runtime.CompositionLocal
import androidx.lifecycle.LifecycleOwner

val LocalLifecycleOwner: CompositionLocal<LifecycleOwner> get() = error("stub")
