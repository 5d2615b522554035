package skinseg.core

import org.junit.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs

/** No mask ever lies on another picture, however late its result comes. */
class DeskTest {
    private val waiting = ArrayDeque<Runnable>()
    private val shown = mutableListOf<Shown>()
    private val desk = Desk({ waiting.add(it) }, shown::add)

    @Test
    fun `a mask comes with its own photograph`() {
        desk.open({ photo(9) }, ::net)
        assertEquals<List<Shown>>(listOf(Shown.Working), shown)
        work()
        val result = assertIs<Shown.Segmented>(shown.last())
        assertEquals(9, result.photo.rgb[0])
        assertEquals(1.0, result.mask.area)
        assertEquals(0.0, result.copy(threshold = 0.99).mask.area)
    }

    @Test
    fun `a new photograph takes the old mask away at once`() {
        desk.open({ photo(1) }, ::net)
        work()
        desk.open({ photo(2) }, ::net)
        assertEquals(Shown.Working, shown.last())
    }

    @Test
    fun `a result that comes too late is dropped`() {
        desk.open({
            desk.open({ photo(2) }, ::net) // asked for while the first is being read
            photo(1)
        }, ::net)
        work()
        assertEquals(listOf<Byte>(2), shown.filterIsInstance<Shown.Segmented>().map { it.photo.rgb[0] })
        desk.open({ photo(3) }, ::net)
        desk.clear()
        work()
        assertEquals(Shown.Nothing, shown.last())
    }

    @Test
    fun `a refusal replaces the mask`() {
        desk.open({ photo(1) }, ::net)
        work()
        desk.open({ throw InputError("no image") }, ::net)
        work()
        assertEquals("no image", assertIs<Shown.Refused>(shown.last()).reason.message)
        desk.open({ throw OutOfMemoryError() }, ::net)
        work()
        assertIs<InputError>(assertIs<Shown.Refused>(shown.last()).reason)
    }

    @Test
    fun `probabilities that are no numbers are refused`() {
        desk.open({ photo(1) }, { net(Float.NaN) })
        work()
        assertIs<Shown.Refused>(shown.last())
    }

    @Test
    fun `a mask lies where the file's own contract says`() {
        val manifest = manifestOf(*ownContract("fit" to "centre-crop", "channel" to 0, "inverted" to false), "output" to tensor("map", 1))
        desk.open({ Photo(2, 8, ByteArray(48)) }, { Segmenter(open(files(manifest)), Constant(4f)) })
        work()
        val mask = assertIs<Shown.Segmented>(shown.last()).mask
        assertEquals(List(16) { it % 8 in 2..4 }, mask.inside.toList())
    }

    private fun work() {
        while (waiting.isNotEmpty()) waiting.removeFirst().run()
    }

    private fun photo(level: Byte) = Photo(2, 2, ByteArray(12) { level })

    private fun net() = net(0.75f)

    private fun net(probability: Float): Segmenter = Segmenter(open(files()), Constant(probability))
}

/** A net that gives one probability everywhere. */
private class Constant(
    private val probability: Float,
) : Engine {
    override val runtime = "constant"
    override val delegate = "none"

    override fun run(input: ByteArray) = bytesOf(FloatArray(24) { probability })

    override fun close() = Unit
}
