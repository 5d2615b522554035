// What the app asks of com.google.ai.edge.litert: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package com.google.ai.edge.litert

import android.content.Context

class BuiltinNpuAcceleratorProvider(
    context: Context,
)

enum class Accelerator { NONE, CPU, GPU, NPU }

class Environment : AutoCloseable {
    override fun close(): Unit = error("stub")

    companion object {
        @JvmStatic
        fun create(
            context: Context,
            npuAcceleratorProvider: BuiltinNpuAcceleratorProvider,
        ): Environment = error("stub")
    }
}

class TensorBuffer : AutoCloseable {
    fun writeFloat(data: FloatArray): Unit = error("stub")

    fun writeInt8(data: ByteArray): Unit = error("stub")

    fun readFloat(): FloatArray = error("stub")

    fun readInt8(): ByteArray = error("stub")

    override fun close(): Unit = error("stub")
}

class CompiledModel : AutoCloseable {
    class Options(
        vararg accelerators: Accelerator,
    )

    fun createInputBuffers(signatureIndex: Int = 0): List<TensorBuffer> = error("stub")

    fun createOutputBuffers(signatureIndex: Int = 0): List<TensorBuffer> = error("stub")

    fun run(
        inputs: List<TensorBuffer>,
        outputs: List<TensorBuffer>,
        signatureIndex: Int = 0,
    ): Unit = error("stub")

    override fun close(): Unit = error("stub")

    companion object {
        @JvmStatic
        fun create(
            filePath: String,
            options: Options,
            optionalEnv: Environment? = null,
        ): CompiledModel = error("stub")
    }
}
