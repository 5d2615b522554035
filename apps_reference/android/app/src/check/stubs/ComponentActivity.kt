// What the app asks of androidx.activity: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.activity

import android.app.Activity
import androidx.lifecycle.ViewModel

open class ComponentActivity : Activity()

inline fun <reified M : ViewModel> ComponentActivity.viewModels(): Lazy<M> = error("stub")
