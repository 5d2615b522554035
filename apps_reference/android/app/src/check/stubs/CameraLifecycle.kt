// What the app asks of androidx.camera.lifecycle: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.camera.lifecycle

import android.content.Context
import androidx.camera.core.Camera
import androidx.camera.core.CameraSelector
import androidx.camera.core.UseCase
import androidx.lifecycle.LifecycleOwner
import java.util.concurrent.Executor
import java.util.concurrent.Future

/** Guava's, as CameraX returns it. */
interface ListenableFuture<V> : Future<V> {
    fun addListener(
        listener: Runnable,
        executor: Executor,
    )
}

class ProcessCameraProvider {
    fun bindToLifecycle(
        owner: LifecycleOwner,
        selector: CameraSelector,
        vararg useCases: UseCase,
    ): Camera = error("stub")

    fun unbindAll(): Unit = error("stub")

    companion object {
        @JvmStatic
        fun getInstance(context: Context): ListenableFuture<ProcessCameraProvider> = error("stub")
    }
}
