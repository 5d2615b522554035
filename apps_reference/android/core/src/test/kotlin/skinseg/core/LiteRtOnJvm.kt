package skinseg.core

import com.sun.jna.Memory
import com.sun.jna.NativeLibrary
import com.sun.jna.Pointer
import com.sun.jna.ptr.PointerByReference

/** LiteRT's own numbers. */
enum class Accelerator(
    val bit: Int,
) {
    NPU(4),
    GPU(2),
    CPU(1),
}

private const val READ = 0
private const val WRITE = 1
private const val RANKED_TENSOR_TYPE_BYTES = 256L // more than the struct has in any version

/** The LiteRT library itself, the C functions behind Android's `CompiledModel`, through JNA. */
class LiteRtOnJvm(
    library: String,
    model: String,
    accelerator: Accelerator = Accelerator.CPU,
) : Engine {
    override val runtime = "LiteRT"
    override val delegate = if (accelerator == Accelerator.CPU) "CPU, XNNPACK" else accelerator.name
    private val native = NativeLibrary.getInstance(library)
    private val environment = made("LiteRtCreateEnvironment", 0, null)
    private val file = made("LiteRtCreateModelFromFile", environment, model)
    private val options = made("LiteRtCreateOptions").also { call("LiteRtSetOptionsHardwareAccelerators", it, accelerator.bit) }
    private val compiled = made("LiteRtCreateCompiledModel", environment, file, options)
    private val signature = made("LiteRtGetModelSignature", file, 0L)
    private val input = buffer("Input")
    private val output = buffer("Output")

    override fun run(input: ByteArray): ByteArray {
        locked(this.input, WRITE) { it.write(0, input, 0, input.size) }
        call("LiteRtRunCompiledModel", compiled, 0L, 1L, arrayOf(this.input), 1L, arrayOf(output))
        return locked(output, READ) { it.getByteArray(0, bytes(output)) }
    }

    override fun close() {
        destroy("TensorBuffer", input)
        destroy("TensorBuffer", output)
        destroy("CompiledModel", compiled)
        destroy("Options", options)
        destroy("Model", file)
        destroy("Environment", environment)
    }

    private fun buffer(side: String): Pointer {
        val requirements = made("LiteRtGetCompiledModel${side}BufferRequirements", compiled, 0L, 0L)
        val tensor = made("LiteRtGetSignature${side}TensorByIndex", signature, 0L)
        val type = Memory(RANKED_TENSOR_TYPE_BYTES)
        call("LiteRtGetRankedTensorType", tensor, type)
        return made("LiteRtCreateManagedTensorBufferFromRequirements", environment, type, requirements)
    }

    private fun <T> locked(
        buffer: Pointer,
        mode: Int,
        use: (Pointer) -> T,
    ): T {
        val host = PointerByReference()
        call("LiteRtLockTensorBuffer", buffer, host, mode)
        return use(host.value).also { call("LiteRtUnlockTensorBuffer", buffer) }
    }

    private fun bytes(buffer: Pointer): Int {
        val size = Memory(8)
        call("LiteRtGetTensorBufferPackedSize", buffer, size)
        return size.getLong(0).toInt()
    }

    /** Calls a function whose last argument receives what it makes. */
    private fun made(
        function: String,
        vararg arguments: Any?,
    ): Pointer {
        val result = PointerByReference()
        call(function, *arguments, result)
        return result.value
    }

    private fun call(
        function: String,
        vararg arguments: Any?,
    ) {
        val status = native.getFunction(function).invokeInt(arguments)
        check(status == 0) { "$function returned status $status" }
    }

    private fun destroy(
        kind: String,
        thing: Pointer,
    ) = native.getFunction("LiteRtDestroy$kind").invokeVoid(arrayOf(thing))
}
