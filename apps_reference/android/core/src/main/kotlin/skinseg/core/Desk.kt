package skinseg.core

import java.util.concurrent.Executor

/** What a screen shows: a mask exists only together with the photograph it was computed from. */
sealed interface Shown {
    data object Nothing : Shown

    data object Working : Shown

    data class Refused(
        val reason: Throwable,
    ) : Shown

    data class Segmented(
        val photo: Photo,
        /** The net's own map. */
        val probability: Probability,
        val frame: Frame,
        val threshold: Double,
        val scale: Scale? = null,
    ) : Shown {
        val mask: Mask by lazy { frame.toPhotoMask(probability, photo.height, photo.width, threshold) }
    }
}

/**
 * Turns photographs into what is shown, one after another on [worker].
 *
 * The moment a photograph is asked for, the one before it is gone from the screen; a result that
 * comes after a newer photograph was asked for is dropped. So no mask ever lies on another picture.
 */
class Desk(
    private val worker: Executor,
    private val show: (Shown) -> Unit,
) {
    private var asked = 0

    /** [read] gives the photograph and [net] its segmenter; whatever they throw is shown as a refusal. */
    fun open(
        read: () -> Photo,
        net: () -> Segmenter,
    ) {
        val turn = begin(Shown.Working)
        worker.execute {
            if (isNewest(turn)) finish(turn, segmented(read, net))
        }
    }

    /** Empties the screen; what is still being computed will not appear. */
    fun clear() {
        begin(Shown.Nothing)
    }

    @Synchronized
    private fun begin(first: Shown): Int {
        show(first)
        return ++asked
    }

    @Synchronized
    private fun isNewest(turn: Int): Boolean = turn == asked

    @Synchronized
    private fun finish(
        turn: Int,
        last: Shown,
    ) {
        if (turn == asked) show(last)
    }
}

private fun segmented(
    read: () -> Photo,
    net: () -> Segmenter,
): Shown =
    try {
        val photo = read()
        val segmenter = net()
        val manifest = segmenter.manifest
        Shown.Segmented(photo, segmenter.run(photo).probability, manifest.frame, manifest.threshold)
    } catch (refusal: Exception) {
        Shown.Refused(refusal)
    } catch (full: OutOfMemoryError) {
        Shown.Refused(InputError("a photograph must fit into this phone's memory, this one does not; choose a smaller one", full))
    }
