package skinseg.app

import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.material3.Button
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource

/** Runs the golden images on this phone and saves what `skinseg-mobile parity --predictions` judges. */
@Composable
fun SelfTestScreen(model: AppModel) {
    val test = model.test
    Button(enabled = test == null || test.isOver, onClick = model::runTest) { Text(stringResource(R.string.run_test)) }
    if (test == null) return
    Text(stringResource(R.string.computed, test.done, test.all))
    test.failure?.let { Refused(it) }
    test.report?.let { Save(it) }
}

@Composable
private fun Save(report: String) {
    val context = LocalContext.current
    var failure by remember(report) { mutableStateOf<Refusal?>(null) }
    var saved by remember(report) { mutableStateOf(false) }
    val save =
        rememberLauncherForActivityResult(ActivityResultContracts.CreateDocument("application/json")) { place ->
            if (place != null) {
                try {
                    saveText(context, report, place)
                    saved = true
                } catch (full: Refusal) {
                    failure = full
                }
            }
        }
    Button(onClick = { save.launch("device-report.json") }) { Text(stringResource(R.string.save_report)) }
    failure?.let { Refused(it) }
    if (saved) Text(stringResource(R.string.saved))
}
