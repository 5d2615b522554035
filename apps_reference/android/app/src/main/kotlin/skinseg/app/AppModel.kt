package skinseg.app

import android.app.Application
import android.net.Uri
import android.os.Build
import androidx.camera.core.ImageProxy
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.lifecycle.AndroidViewModel
import skinseg.core.Artefact
import skinseg.core.Desk
import skinseg.core.Device
import skinseg.core.DeviceReport
import skinseg.core.Mask
import skinseg.core.Paint
import skinseg.core.Photo
import skinseg.core.Segmenter
import skinseg.core.Shown
import skinseg.core.upright
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors

/** One frame of the live camera with its mask and the time from frame to mask. */
class Live(
    val photo: Photo,
    val mask: Mask,
    val milliseconds: Double,
)

/** How far the self-test is: [done] of [all] images, then the report or what went wrong. */
data class SelfTest(
    val done: Int,
    val all: Int,
    val report: String? = null,
    val failure: Throwable? = null,
) {
    val isOver: Boolean get() = report != null || failure != null
}

/** Everything that outlives a turn of the phone: the net, and what is shown. All work is on [worker]. */
class AppModel(
    application: Application,
) : AndroidViewModel(application) {
    val worker: ExecutorService = Executors.newSingleThreadExecutor()
    private val assets = Assets(application.assets)
    private val net by lazy {
        val artefact = Artefact.open(assets)
        Segmenter(artefact, LiteRtEngine.open(application, artefact))
    }
    private val desk = Desk(worker) { shown = it }

    /** Whether frames may be shown: one that is still being computed must not outlive its camera. */
    private var watching = false

    var tab by mutableStateOf(R.string.photo)
    var shown by mutableStateOf<Shown>(Shown.Nothing)
    var live by mutableStateOf<Live?>(null)
    var test by mutableStateOf<SelfTest?>(null)
    var running by mutableStateOf<Segmenter?>(null)

    init {
        forgetShared(application)
    }

    fun open(uri: Uri) {
        val resolver = getApplication<Application>().contentResolver
        desk.open({ readPhoto { resolver.openInputStream(uri) ?: throw Refusal(R.string.not_image) } }, ::ready)
    }

    @Synchronized
    fun watch() {
        watching = true
    }

    @Synchronized
    private fun show(seen: Live) {
        if (watching) live = seen
    }

    /** Empties the screen: what was shown, and the camera's last frame. */
    @Synchronized
    fun clear() {
        watching = false
        live = null
        desk.clear()
    }

    /** The camera is gone: its last frame leaves the screen with it. */
    fun lose(reason: Throwable?) {
        clear()
        refuse(Refusal(R.string.camera_lost, reason))
    }

    fun refuse(reason: Throwable) = desk.open({ throw reason }, ::ready)

    /** Called by CameraX on [worker], one frame at a time; frames that come meanwhile are dropped. */
    fun analyse(frame: ImageProxy) =
        frame.use {
            try {
                show(seen(photoOf(frame)))
            } catch (refusal: Exception) {
                clear()
                refuse(refusal)
            }
        }

    fun runTest() {
        val images = assets.golden()
        test = SelfTest(0, images.size)
        worker.execute {
            test =
                try {
                    val photos = images.asSequence().map { (id, read) -> id to read() }
                    val report = DeviceReport.of(ready(), photos, device()) { test = SelfTest(it, images.size) }
                    SelfTest(images.size, images.size, report)
                } catch (refusal: Exception) {
                    SelfTest(0, images.size, failure = refusal)
                }
        }
    }

    /** Hands the overlay to an app of the person's choice, at the photograph's own size. */
    fun share(
        shown: Shown.Segmented,
        opacity: Double,
    ) = worker.execute {
        try {
            val pixels = Paint.overlay(shown.photo, shown.mask, COLOUR, opacity)
            sharePng(getApplication(), bitmap(pixels, shown.photo.height, shown.photo.width))
        } catch (unwritable: Refusal) {
            refuse(unwritable)
        } catch (full: OutOfMemoryError) {
            refuse(Refusal(R.string.no_storage, full))
        }
    }

    override fun onCleared() {
        forgetShared(getApplication())
        worker.execute { running?.close() }
        worker.shutdown()
    }

    private fun seen(photo: Photo): Live {
        val started = System.nanoTime()
        val mask = ready().mask(photo)
        return Live(photo, mask, (System.nanoTime() - started) / 1e6)
    }

    private fun ready(): Segmenter = net.also { running = it }

    private fun photoOf(frame: ImageProxy): Photo {
        val plane = frame.planes[0]
        val photo = Paint.frame(plane.buffer, plane.rowStride, frame.height, frame.width)
        return upright(photo, Paint.orientationOf(frame.imageInfo.rotationDegrees))
    }

    private fun device(): Device {
        val app = getApplication<Application>()
        val version = app.packageManager.getPackageInfo(app.packageName, 0).versionName ?: "unknown"
        return Device("${Build.MANUFACTURER} ${Build.MODEL}", "Android ${Build.VERSION.RELEASE}", app.packageName, version)
    }
}
