package skinseg.app

import android.Manifest
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts
import androidx.camera.core.CameraSelector
import androidx.camera.core.ImageAnalysis
import androidx.camera.lifecycle.ProcessCameraProvider
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.core.content.ContextCompat
import androidx.lifecycle.LifecycleOwner
import androidx.lifecycle.compose.LocalLifecycleOwner
import skinseg.core.Shown
import java.util.concurrent.ExecutionException

/**
 * The live camera. Each frame is drawn together with the mask that was computed from it, and is
 * the very picture that the net saw: there is no preview behind it that could run ahead.
 */
@Composable
fun CameraScreen(model: AppModel) {
    var allowed by remember { mutableStateOf(false) }
    val ask =
        rememberLauncherForActivityResult(ActivityResultContracts.RequestPermission()) { granted ->
            allowed = granted
            if (!granted) model.refuse(Refusal(R.string.camera_refused))
        }
    LaunchedEffect(Unit) { ask.launch(Manifest.permission.CAMERA) }
    if (allowed) Frames(model)
    val refused = model.shown as? Shown.Refused
    val live = model.live
    when {
        refused != null -> {
            Refused(refused.reason)
        }

        live != null -> {
            Picture(live.photo, live.mask, View())
            Text(stringResource(R.string.live, live.mask.area * 100, live.milliseconds))
        }

        else -> {
            Text(stringResource(R.string.working))
        }
    }
}

@Composable
private fun Frames(model: AppModel) {
    val context = LocalContext.current
    val owner = LocalLifecycleOwner.current
    DisposableEffect(owner) {
        model.clear()
        val provider = ProcessCameraProvider.getInstance(context)
        provider.addListener({
            try {
                bind(provider.get(), owner, model)
            } catch (none: ExecutionException) {
                model.lose(none)
            } catch (none: IllegalArgumentException) {
                model.lose(none)
            }
        }, ContextCompat.getMainExecutor(context))
        onDispose { provider.addListener({ unbind(provider.get(), model) }, ContextCompat.getMainExecutor(context)) }
    }
}

private fun bind(
    provider: ProcessCameraProvider,
    owner: LifecycleOwner,
    model: AppModel,
) {
    val analysis =
        ImageAnalysis
            .Builder()
            .setOutputImageFormat(ImageAnalysis.OUTPUT_IMAGE_FORMAT_RGBA_8888)
            .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST)
            .build()
    analysis.setAnalyzer(model.worker, model::analyse)
    model.watch()
    val camera = provider.bindToLifecycle(owner, CameraSelector.DEFAULT_BACK_CAMERA, analysis)
    camera.cameraInfo.cameraState.observe(owner) { state -> state.error?.let { model.lose(it.cause) } }
}

private fun unbind(
    provider: ProcessCameraProvider,
    model: AppModel,
) {
    provider.unbindAll()
    model.clear()
}
