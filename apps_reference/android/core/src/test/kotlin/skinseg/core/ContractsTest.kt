package skinseg.core

import org.junit.Test
import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import kotlin.math.abs
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** The cases of `tests/vectors/contracts.json`: what a file with a contract of its own is fed, and what becomes of its result. */
class ContractsTest {
    private val cases =
        Json
            .read(File(System.getenv("SKINSEG_CONTRACTS")).readText())
            .asMap()
            .list("cases")
            .map { Case(it.asMap()) }

    @Test
    fun `what a file is fed is Python's`() {
        for (case in cases) {
            val stored = Stored.store(case.frame.toTensor(case.photo), case.input, case.contract)
            assertContentEquals(case.input.bytesOf(case.numbers("stored")), stored, case.name)
        }
    }

    @Test
    fun `probabilities are Python's`() {
        for (case in cases) {
            val result = case.output.bytesOf(case.numbers("result"))
            val found = Stored.restore(result, case.output, case.contract).values
            val far = found.indices.maxOf { abs(found[it] - case.probability.values[it]) }
            assertTrue(far <= 1e-6f, "${case.name} is $far away")
        }
    }

    @Test
    fun `maps and masks are Python's`() {
        for (case in cases) {
            val map = case.frame.toPhoto(case.probability, case.photo.height, case.photo.width)
            assertContentEquals(case.floats("map"), map.values, case.name)
            val mask = case.frame.toPhotoMask(case.probability, case.photo.height, case.photo.width, case.threshold)
            assertContentEquals(case.mask.inside, mask.inside, case.name)
            assertContentEquals(case.mask.inside, map.toMask(case.threshold).inside, case.name)
        }
    }

    @Test
    fun `a mask is that of the map at every threshold`() {
        for (case in cases) {
            for (threshold in listOf(1e-7, 0.1, 0.501, 0.9)) {
                val map = case.frame.toPhoto(case.probability, 41, 29)
                val mask = case.frame.toPhotoMask(case.probability, 41, 29, threshold)
                assertContentEquals(map.toMask(threshold).inside, mask.inside, "${case.name}, $threshold")
            }
        }
    }

    @Test
    fun `twin - another rule in its place is caught`() {
        val caught = { wrong: (Contract) -> Contract ->
            cases.count { case ->
                val contract = wrong(case.contract)
                val fed = Stored.store(Frame(case.input.height, case.input.width, contract).toTensor(case.photo), case.input, contract)
                !fed.contentEquals(case.input.bytesOf(case.numbers("stored")))
            }
        }
        assertEquals(0, caught { it })
        assertTrue(caught { it.copy(fit = Fit.SQUASH) } >= 8)
        assertTrue(caught { it.copy(filter = Filter.ANTIALIASED) } >= 8)
        assertTrue(caught { it.copy(colour = ColourOrder.RGB) } >= 3)
        assertTrue(caught { it.copy(mean = List(3) { 0.0 }) } >= 5)
    }

    @Test
    fun `what is no number stays none, so that it is refused`() {
        val info = TensorInfo("map", listOf(1, 1, 1, 2), Dtype.FLOAT32, Layout.NHWC, 1.0, 0)
        for (kind in OutputKind.entries) {
            val found = Stored.restore(bytesOf(floatArrayOf(Float.NaN, 1f)), info, Contract(output = kind))
            assertTrue(found.values.single().isNaN(), "$kind")
        }
    }
}

/** One contract, a small image, a small result, and what Python makes of them. */
private class Case(
    private val fields: Map<String, Any?>,
) {
    val name = fields.getValue("name") as String
    val contract = contractOf(fields["contract"])
    val threshold = fields.getValue("threshold") as Double
    val photo = fields.list("image").map { (it as Long).toInt() }.let { (height, width) -> largePhoto(height, width) }
    val input = TensorInfo.of(Fields.of(fields["input"], name))
    val output = TensorInfo.of(Fields.of(fields["output"], name))
    val frame = Frame(input.height, input.width, contract)
    val probability = Probability(output.height, output.width, floats("probability"))
    val mask = maskOf(fields.list("mask"), photo.height, photo.width)

    fun numbers(name: String) = fields.list(name).map { it as Number }

    fun floats(name: String) = numbers(name).map { it.toFloat() }.toFloatArray()
}

/** Numbers as a file stores them. */
private fun TensorInfo.bytesOf(numbers: List<Number>): ByteArray {
    val out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN)
    for (number in numbers) if (dtype == Dtype.FLOAT32) out.putFloat(number.toFloat()) else out.put(number.toByte())
    check(!out.hasRemaining())
    return out.array()
}
