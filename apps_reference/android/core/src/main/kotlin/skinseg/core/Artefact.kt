package skinseg.core

import java.security.MessageDigest

const val MANIFEST = "manifest.json"
const val SEAL = "manifest.sha256"
const val SIGNATURE = "manifest.sig"
const val MODEL = "model.tflite"

/** A folder of files: assets on a phone, a directory on the JVM. */
fun interface Folder {
    /** The bytes of a file, or null where there is none. */
    fun read(name: String): ByteArray?
}

/** A manifest and the very model that it names: nothing is loaded before its hash was compared. */
class Artefact private constructor(
    val manifest: Manifest,
    val model: ByteArray,
) {
    companion object {
        /** @throws InputError where a file is missing, changed, or not what this code follows. */
        fun open(folder: Folder): Artefact {
            val manifest = folder.need(MANIFEST)
            requireSeal(folder, manifest)
            val parsed = Manifest.parse(manifest.decodeToString())
            val model = folder.need(MODEL)
            require(model.size.toLong() == parsed.modelBytes && sha256(model) == parsed.modelSha256) {
                "$MODEL must have the hash in $MANIFEST, this one has another; copy the artefact's folder again"
            }
            return Artefact(parsed, model)
        }
    }
}

/** The SHA-256 of [bytes] as 64 hex digits. */
fun sha256(bytes: ByteArray): String = MessageDigest.getInstance("SHA-256").digest(bytes).toHexString()

/** Compares the manifest's own hash, as `sha256sum -c` does. */
private fun requireSeal(
    folder: Folder,
    manifest: ByteArray,
) {
    val signature = folder.read(SIGNATURE)?.let { "${sha256(it)}  $SIGNATURE\n" }.orEmpty()
    val sealed = "${sha256(manifest)}  $MANIFEST\n$signature"
    require(folder.need(SEAL).contentEquals(sealed.encodeToByteArray())) {
        "$MANIFEST must have the hash in $SEAL, this one has another; copy the artefact's folder again"
    }
}

private fun Folder.need(name: String): ByteArray =
    read(name) ?: throw InputError("an artefact must be whole, $name is missing; copy the artefact's folder again")
