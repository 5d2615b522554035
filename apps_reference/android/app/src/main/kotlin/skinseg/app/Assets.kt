package skinseg.app

import android.content.res.AssetManager
import skinseg.core.Folder
import skinseg.core.Photo
import java.io.FileNotFoundException

private const val ARTEFACT = "artefact"
private const val GOLDEN = "golden"

/** The artefact's folder inside the app; swapping the model is swapping this folder. */
class Assets(
    private val manager: AssetManager,
) : Folder {
    override fun read(name: String): ByteArray? =
        try {
            manager.open("$ARTEFACT/$name").use { it.readBytes() }
        } catch (missing: FileNotFoundException) {
            null
        }

    /** The golden images by id, each decoded when it is asked for. */
    fun golden(): Map<String, () -> Photo> =
        manager.list(GOLDEN).orEmpty().sorted().associate { name ->
            name.removeSuffix(".png") to { readPhoto { manager.open("$GOLDEN/$name") } }
        }
}
