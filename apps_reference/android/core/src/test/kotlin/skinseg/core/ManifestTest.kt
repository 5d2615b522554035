package skinseg.core

import org.junit.Test
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** The manifests of `tests/vectors/manifests.json`, which every port must judge alike. */
class ManifestTest {
    private val document = Json.read(File(System.getenv("SKINSEG_MANIFESTS")).readText()).asMap()
    private val cases = document.list("cases").map { it.asMap() }
    private val refused = cases.filter { "android" in it.list("refused_by") }

    @Test
    fun `what an Android app must refuse is refused, and nothing else`() {
        assertEquals(refused.map(::name), cases.filterNot { accepts(manifestOf(it)) }.map(::name))
    }

    @Test
    fun `there are enough cases of both kinds`() {
        assertTrue(refused.size > 30 && cases.size - refused.size > 20, "${refused.size} of ${cases.size}")
    }

    private fun name(case: Map<String, Any?>) = case.getValue("name") as String

    private fun manifestOf(case: Map<String, Any?>) =
        document.getValue("base").asMap() + case.getValue("set").asMap() - case.list("without").map { it as String }.toSet()

    private fun accepts(fields: Map<String, Any?>): Boolean =
        try {
            Manifest.parse(Json.write(fields))
            true
        } catch (_: InputError) {
            false
        }
}
