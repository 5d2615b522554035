package skinseg.app

import com.google.ai.edge.litert.TensorBuffer

/** Two mistakes that `check app` must find: an argument of another type, a composable out of place. */
fun mistaken(
    buffer: TensorBuffer,
    model: AppModel,
) {
    buffer.writeFloat(ByteArray(4))
    App(model)
}
