// What the app asks of androidx.camera.core: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.camera.core

import androidx.lifecycle.LiveData
import java.nio.ByteBuffer
import java.util.concurrent.Executor

interface ImageInfo {
    val rotationDegrees: Int
}

interface ImageProxy : AutoCloseable {
    val planes: Array<PlaneProxy>
    val height: Int
    val width: Int
    val imageInfo: ImageInfo

    interface PlaneProxy {
        val buffer: ByteBuffer
        val rowStride: Int
    }
}

abstract class UseCase

class ImageAnalysis : UseCase() {
    fun interface Analyzer {
        fun analyze(image: ImageProxy)
    }

    fun setAnalyzer(
        executor: Executor,
        analyzer: Analyzer,
    ): Unit = error("stub")

    class Builder {
        fun setOutputImageFormat(format: Int): Builder = error("stub")

        fun setBackpressureStrategy(strategy: Int): Builder = error("stub")

        fun build(): ImageAnalysis = error("stub")
    }

    companion object {
        const val OUTPUT_IMAGE_FORMAT_RGBA_8888 = 2
        const val STRATEGY_KEEP_ONLY_LATEST = 0
    }
}

class CameraSelector {
    companion object {
        @JvmField
        val DEFAULT_BACK_CAMERA: CameraSelector = error("stub")
    }
}

abstract class CameraState {
    abstract val error: StateError?

    abstract class StateError {
        abstract val cause: Throwable?
    }
}

interface CameraInfo {
    val cameraState: LiveData<CameraState>
}

interface Camera {
    val cameraInfo: CameraInfo
}
