package skinseg.core

import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import kotlin.math.sqrt

/** The folder that `skinseg-mobile vectors` wrote. */
class Vectors(
    private val folder: File,
) {
    private val root = Json.read(File(folder, "vectors.json").readText()).asMap()

    val all: List<Vector> = root.list("vectors").map { Vector(folder, it.asMap()) }
    val readable: List<Vector> = all.filter { it.file.extension != "webp" }
    val keys: List<String> = root.list("artefacts").map { it.asMap().getValue("key") as String }

    /** Of all artefacts: their tensors are the same. */
    val contract: Contract = contractOf(root.list("artefacts").first().asMap()["contract"])

    val large = Large(root.inner("large"))

    fun threshold(key: String): Double = artefact(key).getValue("threshold") as Double

    fun modelSha256(key: String): String = artefact(key).getValue("model_sha256") as String

    private fun artefact(key: String) = root.list("artefacts").map { it.asMap() }.single { it["key"] == key }

    companion object {
        val committed = Vectors(File(System.getenv("SKINSEG_VECTORS")))
    }
}

/** What becomes of an image that each language computes: `runtime_py/testvectors/vectors.py`. */
class Large(
    fields: Map<String, Any?>,
) {
    private val height = fields.int("height")
    private val width = fields.int("width")
    val tensorSha256 = fields.inner("tensor").getValue("sha256") as String
    val tensorHeight = fields.inner("tensor").int("height")
    val tensorWidth = fields.inner("tensor").int("width")
    val maskSha256 = fields.getValue("mask_sha256") as String

    fun photo(): Photo = largePhoto(height, width)

    fun mask(): Mask {
        val values = FloatArray(tensorHeight * tensorWidth) { (29 * (it / tensorWidth) + 17 * (it % tensorWidth)) % 33 / 32f }
        return Frame(tensorHeight, tensorWidth).toPhotoMask(Probability(tensorHeight, tensorWidth, values), height, width, 0.5)
    }
}

fun largePhoto(
    height: Int,
    width: Int,
): Photo {
    val rgb = ByteArray(height * width * 3)
    for (at in rgb.indices) {
        val row = at / 3 / width
        val column = at / 3 % width
        rgb[at] = (29 * row + 31 * column + 37 * (at % 3) + (row * column shr 7)).toByte()
    }
    return Photo(height, width, rgb)
}

/** One photograph with everything that Python computed from it. */
class Vector(
    private val folder: File,
    private val fields: Map<String, Any?>,
) {
    val id = fields.getValue("id") as String
    val exact = fields.getValue("exact") as Boolean
    val file = File(folder, fields.getValue("file") as String)
    val photo: Photo by lazy { readPhoto(file) }
    val photoSha256 = fields.inner("photo").getValue("sha256") as String
    val height = fields.inner("photo").int("height")
    val width = fields.inner("photo").int("width")
    val tensorSha256 = fields.inner("tensor").getValue("sha256") as String
    val tensorHeight = fields.inner("tensor").int("height")
    val tensorWidth = fields.inner("tensor").int("width")
    val truth: Mask get() = mask(fields.list("truth"))

    fun expected(key: String): Mask = mask(result(key).list("mask"))

    fun area(key: String): Double = result(key).getValue("area") as Double

    fun jaccard(key: String): Double = result(key).getValue("jaccard") as Double

    fun probability(key: String): Probability {
        val bytes = File(folder, result(key).getValue("probability") as String).readBytes()
        val floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()
        // a map may be smaller than the tensor and has its aspect
        val step = sqrt(tensorHeight.toDouble() * tensorWidth / floats.remaining()).toInt()
        return Probability(tensorHeight / step, tensorWidth / step, FloatArray(floats.remaining()) { floats[it] })
    }

    private fun result(key: String) = fields.inner("results").inner(key)

    private fun mask(runs: List<Any?>) = maskOf(runs, height, width)
}

/** The mask of its run lengths. */
fun maskOf(
    runs: List<Any?>,
    height: Int,
    width: Int,
): Mask {
    val inside = BooleanArray(height * width)
    var at = 0
    runs.forEachIndexed { index, run ->
        val end = at + (run as Long).toInt()
        inside.fill(index % 2 == 1, at, end)
        at = end
    }
    check(at == inside.size) { "runs end at $at" }
    return Mask(height, width, inside)
}

@Suppress("UNCHECKED_CAST")
fun Any?.asMap() = this as Map<String, Any?>

/** This project's own where there is none. */
fun contractOf(members: Any?): Contract = if (members == null) Contract() else Contract.of(Fields.of(members, "vectors"))

fun Map<String, Any?>.inner(name: String) = getValue(name).asMap()

fun Map<String, Any?>.list(name: String) = getValue(name) as List<Any?>

private fun Map<String, Any?>.int(name: String) = (getValue(name) as Long).toInt()
