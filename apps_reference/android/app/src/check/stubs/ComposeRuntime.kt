// What Compose's compiler plugin and the app ask of androidx.compose.runtime: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName", "ktlint:standard:property-naming")

package androidx.compose.runtime

import kotlin.reflect.KProperty

@Target(AnnotationTarget.FUNCTION, AnnotationTarget.TYPE, AnnotationTarget.TYPE_PARAMETER, AnnotationTarget.PROPERTY_GETTER)
annotation class Composable

@Target(AnnotationTarget.TYPE)
annotation class DisallowComposableCalls

annotation class ReadOnlyComposable

annotation class NonRestartableComposable

annotation class NonSkippableComposable

annotation class ExplicitGroupsComposable

annotation class Stable

annotation class Immutable

annotation class StableMarker

annotation class ComposableTarget(
    val applier: String,
)

annotation class ComposableTargetMarker(
    val description: String = "",
)

annotation class ComposableOpenTarget(
    val index: Int,
)

annotation class ComposableInferredTarget(
    val scheme: String,
)

annotation class NoLiveLiterals

annotation class ComposeCompilerApi

object ComposeVersion {
    const val version: Int = 19000
}

interface ScopeUpdateScope {
    fun updateScope(block: (Composer, Int) -> Unit)
}

interface RecomposeScope {
    fun invalidate()
}

interface Composer {
    val skipping: Boolean
    val inserting: Boolean
    val defaultsInvalid: Boolean
    val recomposeScope: RecomposeScope?
    val currentMarker: Int

    fun startReplaceGroup(key: Int)

    fun endReplaceGroup()

    fun startReplaceableGroup(key: Int)

    fun endReplaceableGroup()

    fun startMovableGroup(
        key: Int,
        dataKey: Any?,
    )

    fun endMovableGroup()

    fun startDefaults()

    fun endDefaults()

    fun startRestartGroup(key: Int): Composer

    fun endRestartGroup(): ScopeUpdateScope?

    fun endToMarker(marker: Int)

    fun skipToGroupEnd()

    fun skipCurrentGroup()

    fun shouldExecute(
        parametersChanged: Boolean,
        flags: Int,
    ): Boolean

    fun sourceInformation(sourceInformation: String)

    fun sourceInformationMarkerStart(
        key: Int,
        sourceInformation: String,
    )

    fun sourceInformationMarkerEnd()

    fun rememberedValue(): Any?

    fun updateRememberedValue(value: Any?)

    fun changed(value: Any?): Boolean

    fun changed(value: Boolean): Boolean

    fun changed(value: Char): Boolean

    fun changed(value: Byte): Boolean

    fun changed(value: Short): Boolean

    fun changed(value: Int): Boolean

    fun changed(value: Float): Boolean

    fun changed(value: Long): Boolean

    fun changed(value: Double): Boolean

    fun changedInstance(value: Any?): Boolean

    fun joinKey(
        left: Any?,
        right: Any?,
    ): Any

    companion object {
        val Empty: Any = Any()
    }
}

val currentComposer: Composer
    @Composable get() = error("stub")

fun sourceInformation(
    composer: Composer,
    sourceInformation: String,
): Unit = error("stub")

fun sourceInformationMarkerStart(
    composer: Composer,
    key: Int,
    sourceInformation: String,
): Unit = error("stub")

fun sourceInformationMarkerEnd(composer: Composer): Unit = error("stub")

fun isTraceInProgress(): Boolean = error("stub")

fun traceEventStart(
    key: Int,
    dirty1: Int,
    dirty2: Int,
    info: String,
): Unit = error("stub")

fun traceEventEnd(): Unit = error("stub")

fun updateChangedFlags(flags: Int): Int = error("stub")

fun <T> Composer.cache(
    invalid: Boolean,
    block: () -> T,
): T = error("stub")

@Composable
fun <T> key(
    vararg keys: Any?,
    block: @Composable () -> T,
): T = error("stub")

interface State<out T> {
    val value: T
}

interface MutableState<T> : State<T> {
    override var value: T
}

fun <T> mutableStateOf(value: T): MutableState<T> = error("stub")

operator fun <T> State<T>.getValue(
    owner: Any?,
    property: KProperty<*>,
): T = error("stub")

operator fun <T> MutableState<T>.setValue(
    owner: Any?,
    property: KProperty<*>,
    value: T,
): Unit = error("stub")

@Composable
inline fun <T> remember(crossinline calculation: @DisallowComposableCalls () -> T): T = error("stub")

@Composable
inline fun <T> remember(
    key1: Any?,
    crossinline calculation: @DisallowComposableCalls () -> T,
): T = error("stub")

@Composable
inline fun <T> remember(
    key1: Any?,
    key2: Any?,
    crossinline calculation:
        @DisallowComposableCalls () -> T,
): T = error("stub")

@Composable
inline fun <T> remember(
    key1: Any?,
    key2: Any?,
    key3: Any?,
    crossinline calculation:
        @DisallowComposableCalls () -> T,
): T = error("stub")

@Composable
inline fun <T> remember(
    vararg keys: Any?,
    crossinline calculation:
        @DisallowComposableCalls () -> T,
): T = error("stub")

abstract class CompositionLocal<T> {
    val current: T
        @Composable get() = error("stub")
}

class DisposableEffectScope {
    fun onDispose(onDisposeEffect: () -> Unit): DisposableEffectResult = error("stub")
}

interface DisposableEffectResult

@Composable
fun DisposableEffect(
    key1: Any?,
    effect: DisposableEffectScope.() -> DisposableEffectResult,
): Unit = error("stub")

@Composable
fun LaunchedEffect(
    key1: Any?,
    block: suspend () -> Unit,
): Unit = error("stub")
