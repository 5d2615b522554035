package skinseg.app

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.PrimaryTabRow
import androidx.compose.material3.Surface
import androidx.compose.material3.Tab
import androidx.compose.material3.Text
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp

private val TABS = listOf(R.string.photo, R.string.camera, R.string.self_test)

/** Three screens: a photograph, the live camera, the self-test. */
@Composable
fun App(model: AppModel) {
    MaterialTheme(colorScheme = if (isSystemInDarkTheme()) darkColorScheme() else lightColorScheme()) {
        Surface(Modifier.fillMaxSize()) {
            Column(
                modifier = Modifier.safeDrawingPadding().padding(16.dp).verticalScroll(rememberScrollState()),
                verticalArrangement = Arrangement.spacedBy(12.dp),
            ) {
                PrimaryTabRow(selectedTabIndex = TABS.indexOf(model.tab)) {
                    for (name in TABS) {
                        Tab(
                            selected = name == model.tab,
                            onClick = { model.tab = name },
                            text = { Text(stringResource(name)) },
                        )
                    }
                }
                when (model.tab) {
                    R.string.photo -> PhotoScreen(model)
                    R.string.camera -> CameraScreen(model)
                    else -> SelfTestScreen(model)
                }
                model.running?.let { Text(stringResource(R.string.runs_on, it.manifest.label, it.engine.delegate)) }
                Text(stringResource(R.string.private_note), style = MaterialTheme.typography.bodySmall)
            }
        }
    }
}

/** A sentence that says what to do. */
@Composable
fun Refused(reason: Throwable) {
    val sentence = if (reason is Refusal) stringResource(reason.text) else reason.message ?: reason.toString()
    Text(sentence, color = MaterialTheme.colorScheme.error)
}
