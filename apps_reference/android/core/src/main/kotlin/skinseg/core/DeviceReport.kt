package skinseg.core

import kotlin.io.encoding.Base64
import kotlin.math.max

/** The phone and the app that a report speaks of. */
data class Device(
    val name: String,
    val os: String,
    val app: String,
    val version: String,
)

/** `device-report.json` of docs/device-report.md: what this device computes on the golden images. */
object DeviceReport {
    /**
     * Runs every golden image and returns the report as JSON. [images] are the photographs by id;
     * [progress] is told after each how many are done.
     */
    fun of(
        segmenter: Segmenter,
        images: Sequence<Pair<String, Photo>>,
        device: Device,
        progress: (Int) -> Unit = {},
    ): String {
        val manifest = segmenter.manifest
        val computed =
            images
                .mapIndexed { index, (id, photo) -> image(id, segmenter.run(photo), manifest).also { progress(index + 1) } }
                .toList()
        require(computed.isNotEmpty()) {
            "a report needs golden images, the app carries none; write them with `skinseg-mobile device images`"
        }
        return Json.write(
            mapOf(
                "device" to device.name,
                "os" to device.os,
                "runtime" to segmenter.engine.runtime,
                "delegate" to segmenter.engine.delegate,
                "app" to mapOf("name" to device.app, "version" to device.version, "sha256" to null),
                // of the bytes that were loaded, not of what the manifest promises
                "model_sha256" to sha256(segmenter.artefact.model),
                "golden_sha256" to manifest.goldenSha256,
                "encoding" to encoding(manifest),
                "images" to computed,
                "format" to 1,
            ),
        )
    }

    private fun image(
        id: String,
        run: Run,
        manifest: Manifest,
    ) = mapOf(
        "id" to id,
        "milliseconds" to max(run.milliseconds, 0.001),
        "probability" to Base64.encode(if (manifest.contract == null) run.stored else bytesOf(run.probability.values)),
    )

    /** A map as the file stores it; what a file with a contract of its own stores may be no probability. */
    private fun encoding(manifest: Manifest): Map<String, Any?> {
        val output = manifest.output
        val dtype = if (manifest.contract == null) output.dtype else Dtype.FLOAT32
        val quantized = dtype.range != null
        return mapOf(
            "dtype" to dtype.word,
            "scale" to output.scale.takeIf { quantized },
            "zero_point" to output.zeroPoint.takeIf { quantized },
        )
    }
}
