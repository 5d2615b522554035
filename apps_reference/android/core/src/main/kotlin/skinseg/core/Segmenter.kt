package skinseg.core

/** An artefact and the engine that holds its model: photograph in, probability map out. */
class Segmenter(
    val artefact: Artefact,
    val engine: Engine,
) : AutoCloseable by engine {
    val manifest: Manifest get() = artefact.manifest

    /** The net's own map of a photograph, before it is resized back; docs/contract.md, steps 3 and 4. */
    fun run(photo: Photo): Run {
        val input = Stored.store(manifest.frame.toTensor(photo), manifest.input, manifest.rules)
        val started = System.nanoTime()
        val stored = engine.run(input)
        val milliseconds = (System.nanoTime() - started) / 1e6
        val probability = Stored.restore(stored, manifest.output, manifest.rules)
        require(probability.values.all { it.isFinite() }) {
            "probabilities must be numbers, ${engine.delegate} gave others; choose another accelerator"
        }
        return Run(probability, stored, milliseconds)
    }

    /** The mask at the photograph's own size and the manifest's threshold. */
    fun mask(photo: Photo): Mask = manifest.frame.toPhotoMask(run(photo).probability, photo.height, photo.width, manifest.threshold)
}

/** One run of the net: its map, the same map as the file stores it, and the time of the net alone. */
class Run(
    val probability: Probability,
    val stored: ByteArray,
    val milliseconds: Double,
)
