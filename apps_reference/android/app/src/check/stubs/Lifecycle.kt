// What the app asks of androidx.lifecycle: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.lifecycle

import android.app.Application

interface LifecycleOwner

fun interface Observer<T> {
    fun onChanged(value: T)
}

abstract class LiveData<T> {
    fun observe(
        owner: LifecycleOwner,
        observer: Observer<in T>,
    ): Unit = error("stub")
}

abstract class ViewModel {
    protected open fun onCleared() = Unit
}

open class AndroidViewModel(
    application: Application,
) : ViewModel() {
    fun <T : Application> getApplication(): T = error("stub")
}
