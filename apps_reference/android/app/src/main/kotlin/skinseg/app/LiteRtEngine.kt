package skinseg.app

import android.content.Context
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.BuiltinNpuAcceleratorProvider
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.Environment
import com.google.ai.edge.litert.TensorBuffer
import skinseg.core.Artefact
import skinseg.core.Dtype
import skinseg.core.Engine
import skinseg.core.MODEL
import skinseg.core.Manifest
import skinseg.core.TensorInfo
import skinseg.core.firstThatRuns
import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder

/** The LiteRT that gradle/libs.versions.toml names. */
private const val LITERT = "LiteRT 2.3.0"

/** One compiled model on one accelerator. */
class LiteRtEngine private constructor(
    manifest: Manifest,
    private val model: CompiledModel,
    accelerator: Accelerator,
) : Engine {
    override val runtime = LITERT
    override val delegate = if (accelerator == Accelerator.CPU) "CPU, XNNPACK" else accelerator.name
    private val given = manifest.input
    private val result = manifest.output
    private val inputs = model.createInputBuffers()
    private val outputs = model.createOutputBuffers()

    override fun run(input: ByteArray): ByteArray {
        write(inputs.single(), input, given)
        model.run(inputs, outputs)
        return read(outputs.single(), result)
    }

    override fun close() {
        (inputs + outputs).forEach { it.close() }
        model.close()
    }

    companion object {
        /**
         * The first of NPU, GPU and CPU that runs the model.
         *
         * The bytes whose hash was compared are written to [context]'s own storage and loaded from
         * there: what runs is what was checked.
         */
        fun open(
            context: Context,
            artefact: Artefact,
        ): Engine {
            val file = File(context.noBackupFilesDir, MODEL).apply { writeBytes(artefact.model) }
            val environment = Environment.create(context, BuiltinNpuAcceleratorProvider(context))
            return firstThatRuns(listOf(Accelerator.NPU, Accelerator.GPU, Accelerator.CPU), artefact) { accelerator ->
                val model = CompiledModel.create(file.path, CompiledModel.Options(accelerator), environment)
                LiteRtEngine(artefact.manifest, model, accelerator)
            }
        }
    }
}

private fun write(
    buffer: TensorBuffer,
    bytes: ByteArray,
    info: TensorInfo,
) {
    if (info.dtype != Dtype.FLOAT32) return buffer.writeInt8(bytes)
    val floats = FloatArray(bytes.size / 4)
    ByteBuffer
        .wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(floats)
    buffer.writeFloat(floats)
}

private fun read(
    buffer: TensorBuffer,
    info: TensorInfo,
): ByteArray {
    if (info.dtype != Dtype.FLOAT32) return buffer.readInt8()
    val floats = buffer.readFloat()
    val bytes = ByteBuffer.allocate(floats.size * 4).order(ByteOrder.LITTLE_ENDIAN)
    bytes.asFloatBuffer().put(floats)
    return bytes.array()
}
