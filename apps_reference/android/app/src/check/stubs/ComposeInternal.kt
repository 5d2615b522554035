// What the code that Compose's compiler plugin writes calls.
@file:Suppress("unused", "UNUSED_PARAMETER")

package androidx.compose.runtime.internal

import androidx.compose.runtime.Composable
import androidx.compose.runtime.Composer

annotation class StabilityInferred(
    val parameters: Int,
)

annotation class FunctionKeyMeta(
    val key: Int,
    val startOffset: Int,
    val endOffset: Int,
)

annotation class FunctionKeyMetaClass(
    val file: String,
)

interface ComposableLambda

@Composable
fun rememberComposableLambda(
    key: Int,
    tracked: Boolean,
    block: Any,
): ComposableLambda = error("stub")

fun composableLambda(
    composer: Composer,
    key: Int,
    tracked: Boolean,
    block: Any,
): ComposableLambda = error("stub")

fun composableLambdaInstance(
    key: Int,
    tracked: Boolean,
    block: Any,
): ComposableLambda = error("stub")

fun <T> illegalDecoyCallException(name: String): T = error("stub")
