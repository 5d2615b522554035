package skinseg.app

import android.Manifest
import android.content.ActivityNotFoundException
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.material3.Button
import androidx.compose.material3.Slider
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import skinseg.core.InputError
import skinseg.core.Scale
import skinseg.core.Shown

/** Widths in mm: 1 euro, US quarter, 2 euro, a centimetre of a ruler. */
private val COINS = listOf(23.25, 24.26, 25.75, 10.0)

/** Choose or take a photograph; its mask, its area, and what can be done with them. */
@Composable
fun PhotoScreen(model: AppModel) {
    Sources(model)
    when (val shown = model.shown) {
        Shown.Nothing -> Unit
        Shown.Working -> Text(stringResource(R.string.working))
        is Shown.Refused -> Refused(shown.reason)
        is Shown.Segmented -> Segmented(model, shown)
    }
}

@Composable
private fun Sources(model: AppModel) {
    val context = LocalContext.current
    val place = remember { placeForPhoto(context) }
    val choose = rememberLauncherForActivityResult(ActivityResultContracts.GetContent()) { it?.let(model::open) }
    val take = rememberLauncherForActivityResult(ActivityResultContracts.TakePicture()) { if (it) model.open(place) }
    val ask =
        rememberLauncherForActivityResult(ActivityResultContracts.RequestPermission()) { granted ->
            try {
                if (granted) take.launch(place) else model.refuse(Refusal(R.string.camera_refused))
            } catch (none: ActivityNotFoundException) {
                model.refuse(Refusal(R.string.camera_lost, none))
            }
        }
    Row(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        Button(onClick = { choose.launch("image/*") }) { Text(stringResource(R.string.choose)) }
        Button(onClick = { ask.launch(Manifest.permission.CAMERA) }) { Text(stringResource(R.string.take)) }
    }
}

@Composable
private fun Segmented(
    model: AppModel,
    shown: Shown.Segmented,
) {
    var view by remember { mutableStateOf(View()) }
    var coin by remember { mutableStateOf(COINS[0]) }
    var marks by remember(shown.photo) { mutableStateOf(emptyList<Offset>()) }
    Picture(shown.photo, shown.mask, view, marks) { mark ->
        marks = if (marks.size < 2) marks + mark else listOf(mark)
        model.shown = shown.copy(scale = scaleOf(marks, coin))
    }
    Text(stringResource(R.string.area_percent, shown.mask.area * 100))
    shown.scale?.let { Text(stringResource(R.string.area_mm, shown.mask.squareMillimetres(it))) }
    Text(stringResource(R.string.threshold, shown.threshold))
    Slider(
        value = shown.threshold.toFloat(),
        onValueChange = { model.shown = shown.copy(threshold = it.toDouble()) },
        valueRange = 0.01f..0.99f,
    )
    Text(stringResource(R.string.opacity))
    Slider(value = view.opacity, onValueChange = { view = view.copy(opacity = it) })
    Text(stringResource(R.string.compare))
    Slider(value = view.share, onValueChange = { view = view.copy(share = it) })
    Text(stringResource(R.string.tap_coin, coin.toString()))
    Row(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        Button(onClick = {
            coin = COINS[(COINS.indexOf(coin) + 1) % COINS.size]
            model.shown = shown.copy(scale = scaleOf(marks, coin))
        }) { Text(stringResource(R.string.other_coin)) }
        Button(onClick = { model.share(shown, view.opacity.toDouble()) }) { Text(stringResource(R.string.share)) }
    }
}

/** Null until there are two points far enough apart to measure with. */
private fun scaleOf(
    marks: List<Offset>,
    millimetres: Double,
): Scale? {
    if (marks.size < 2) return null
    val (first, second) = marks
    return try {
        Scale.between(first.x.toDouble(), first.y.toDouble(), second.x.toDouble(), second.y.toDouble(), millimetres)
    } catch (near: InputError) {
        null
    }
}
