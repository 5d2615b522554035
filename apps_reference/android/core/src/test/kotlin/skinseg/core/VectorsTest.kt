package skinseg.core

import org.junit.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** A photograph to a tensor: ours, or one that must be caught. */
private typealias ToTensor = (Photo, Int, Int) -> FloatArray

/** All vectors of `tests/vectors`: bit-equal tensors from PNG and TIFF, the very masks, areas and scores. */
class VectorsTest {
    private val vectors = Vectors.committed
    private val exact = vectors.all.filter { it.exact }

    @Test
    fun `pixels of exact photographs are Python's`() {
        assertTrue(exact.map { it.id }.containsAll(listOf("png-orientation-6", "tif-orientation-8", "png-xmp")))
        val differing = exact.filter { sha256(it.photo.rgb) != it.photoSha256 }
        assertEquals(emptyList(), differing.map { it.id })
    }

    @Test
    fun `tensors of exact photographs are bit-equal`() {
        assertEquals(emptyList(), differing { photo, height, width -> Frame(height, width, vectors.contract).toTensor(photo) })
    }

    @Test
    fun `the tensor and the mask of 12 megapixels are bit-equal`() {
        val large = vectors.large
        val tensor = Frame(large.tensorHeight, large.tensorWidth).toTensor(large.photo())
        assertEquals(large.tensorSha256, sha256(bytesOf(tensor)))
        val inside = large.mask().inside
        assertEquals(large.maskSha256, sha256(ByteArray(inside.size) { if (inside[it]) 1 else 0 }))
    }

    @Test
    fun `twin - a plain bilinear resize is caught`() {
        val caught = differing(::plainBilinear)
        assertTrue(caught.size > 10, "$caught")
    }

    @Test
    fun `masks, areas and scores are Python's`() {
        for (key in vectors.keys) {
            for (vector in vectors.all) {
                val frame = Frame(vector.tensorHeight, vector.tensorWidth, vectors.contract)
                val mask = frame.toPhoto(vector.probability(key), vector.height, vector.width).toMask(vectors.threshold(key))
                val direct = frame.toPhotoMask(vector.probability(key), vector.height, vector.width, vectors.threshold(key))
                assertTrue(mask.inside.contentEquals(vector.expected(key).inside), vector.id)
                assertTrue(direct.inside.contentEquals(mask.inside), vector.id)
                assertEquals(vector.area(key), mask.area, vector.id)
                assertEquals(vector.jaccard(key), mask.jaccard(vector.truth), vector.id)
            }
        }
    }

    @Test
    fun `twin - a mask at the net's size stretched to the photograph is caught`() {
        val key = vectors.keys.first()
        val differing =
            vectors.all.filter { vector ->
                val small = vector.probability(key).toMask(vectors.threshold(key))
                val stretched =
                    BooleanArray(vector.height * vector.width) {
                        val y = it / vector.width * small.height / vector.height
                        val x = it % vector.width * small.width / vector.width
                        small.inside[y * small.width + x]
                    }
                !stretched.contentEquals(vector.expected(key).inside)
            }
        assertTrue(differing.size > 10, "${differing.map { it.id }}")
    }

    @Test
    fun `JPEG in all eight orientations stands upright`() {
        val turned = vectors.all.filter { it.id.startsWith("orientation-") }
        assertEquals(8, turned.size)
        for (vector in turned) {
            val photo = vector.photo
            assertEquals(vector.height to vector.width, photo.height to photo.width, vector.id)
            val off = photo.rgb.indices.map { level(photo, it) - level(turned.first().photo, it) }
            assertTrue(off.count { it !in -24..24 } < off.size / 100, vector.id)
        }
    }

    private fun differing(toTensor: ToTensor): List<String> =
        exact
            .filter { vector ->
                val tensor = toTensor(vector.photo, vector.tensorHeight, vector.tensorWidth)
                sha256(bytesOf(tensor)) != vector.tensorSha256
            }.map { it.id }

    private fun level(
        photo: Photo,
        at: Int,
    ) = photo.rgb[at].toInt() and 0xFF
}

/** What most libraries call bilinear: two taps an axis, whatever the scale. */
private fun plainBilinear(
    photo: Photo,
    height: Int,
    width: Int,
): FloatArray =
    FloatArray(height * width * 3) { at ->
        val (y, first, part) = axis(at / 3 / width, height, photo.height)
        val (x, left, share) = axis(at / 3 % width, width, photo.width)

        fun level(
            row: Int,
            column: Int,
        ) = (photo.rgb[(row * photo.width + column) * 3 + at % 3].toInt() and 0xFF).toDouble()
        val top = level(first, left) * (1 - share) + level(first, x) * share
        val bottom = level(y, left) * (1 - share) + level(y, x) * share
        (top * (1 - part) + bottom * part).toFloat()
    }

/** (next sample, first sample, weight of the next) of a target sample. */
private fun axis(
    target: Int,
    targets: Int,
    sources: Int,
): Triple<Int, Int, Double> {
    val centre = ((target + 0.5) * sources / targets - 0.5).coerceIn(0.0, sources - 1.0)
    val first = centre.toInt()
    return Triple(minOf(first + 1, sources - 1), first, centre - first)
}
