package skinseg.core

/** Runs one model file; [Stored] says what the bytes mean. */
interface Engine : AutoCloseable {
    /** Engine and version: "LiteRT 2.3.0". */
    val runtime: String

    /** Where it runs: "NPU", "GPU" or "CPU, XNNPACK". */
    val delegate: String

    /** The bytes of the model's input to those of its result. */
    fun run(input: ByteArray): ByteArray
}
