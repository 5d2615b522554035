package skinseg.core

import org.junit.Assume.assumeTrue
import org.junit.Test
import java.io.File
import kotlin.math.abs
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

/**
 * The core with the real LiteRT library gives Python's probabilities.
 *
 * SKINSEG_LITERT names libLiteRt.so; SKINSEG_ARTEFACTS the artefact folders, as `key=folder:…`.
 */
class LiteRtTest {
    private val library: String? = System.getenv("SKINSEG_LITERT")
    private val vectors = Vectors.committed

    @Test
    fun `probabilities and masks are Python's`() {
        for (key in vectors.keys) {
            segmenter(key).use { net ->
                for (vector in vectors.all.filter { it.exact }) {
                    val found = net.run(vector.photo).probability.values
                    val expected = vector.probability(key).values
                    val far = found.indices.maxOf { abs(found[it] - expected[it]) }
                    assertTrue(far <= 1e-6f, "$key ${vector.id} is $far away")
                    val mask = net.mask(vector.photo)
                    assertTrue(mask.inside.contentEquals(vector.expected(key).inside), "$key ${vector.id}")
                }
            }
        }
    }

    @Test
    fun `JPEG differs by the decoder alone`() {
        for (key in vectors.keys) {
            segmenter(key).use { net ->
                for (vector in vectors.readable.filter { !it.exact }) {
                    val mask = net.mask(vector.photo)
                    assertTrue(mask.jaccard(vector.expected(key)) >= 0.98, "$key ${vector.id}")
                }
            }
        }
    }

    @Test
    fun `without an NPU and a GPU the CPU runs, and is named`() {
        val (artefact, model) = artefact(vectors.keys.first())
        val asked = mutableListOf<Accelerator>()
        val engine =
            firstThatRuns(Accelerator.entries, artefact) { accelerator ->
                asked += accelerator
                LiteRtOnJvm(library!!, model, accelerator)
            }
        engine.use { assertEquals("CPU, XNNPACK", it.delegate) }
        assertEquals<List<Accelerator>>(Accelerator.entries, asked)
        assertFailsWith<InputError> { firstThatRuns(listOf(Accelerator.GPU), artefact) { LiteRtOnJvm(library!!, model, it) } }
    }

    @Test
    fun `twin - photographs fed as BGR are caught`() {
        val key = vectors.keys.first()
        segmenter(key).use { net ->
            val changed =
                vectors.all.filter { it.exact }.filter { vector ->
                    val bgr = ByteArray(vector.photo.rgb.size) { vector.photo.rgb[it / 3 * 3 + 2 - it % 3] }
                    val mask = net.mask(Photo(vector.height, vector.width, bgr))
                    !mask.inside.contentEquals(vector.expected(key).inside)
                }
            assertTrue(changed.size > 10, "${changed.map { it.id }}")
        }
    }

    /** For `skinseg-mobile parity --predictions`; golden images are read as a photograph is. */
    @Test
    fun `a device report of the golden images`() {
        val out = System.getenv("SKINSEG_REPORT")
        val golden = System.getenv("SKINSEG_GOLDEN")
        assumeTrue(out != null && golden != null)
        val files = File(golden!!).listFiles()!!.sorted()
        var done = 0
        segmenter(vectors.keys.first()).use { net ->
            val device = Device("JVM", System.getProperty("os.name"), "skinseg.core", "test")
            val photos = files.asSequence().map { it.nameWithoutExtension to readPhoto(it) }
            File(out!!).writeText(DeviceReport.of(net, photos, device) { done = it })
        }
        assertEquals(files.size, done)
    }

    private fun segmenter(key: String): Segmenter {
        val (artefact, model) = artefact(key)
        return Segmenter(artefact, LiteRtOnJvm(library!!, model))
    }

    private fun artefact(key: String): Pair<Artefact, String> {
        assumeTrue("SKINSEG_LITERT names no library", library != null)
        val folder =
            File(
                System
                    .getenv("SKINSEG_ARTEFACTS")
                    .split(":")
                    .single { it.startsWith("$key=") }
                    .substringAfter('='),
            )
        val artefact = Artefact.open(folderOf(folder))
        assertEquals(vectors.modelSha256(key), artefact.manifest.modelSha256)
        return artefact to File(folder, MODEL).path
    }
}

fun folderOf(directory: File) = Folder { name -> File(directory, name).takeIf { it.isFile }?.readBytes() }
