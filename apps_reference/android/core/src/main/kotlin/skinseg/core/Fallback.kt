package skinseg.core

/**
 * The first of [accelerators] on which [open] gives an engine that runs [artefact]'s model once.
 *
 * Each is asked for alone: a runtime that is offered two may take the second in silence, and a
 * report would name the wrong one.
 *
 * @throws InputError where none does; it names the last one's reason.
 */
fun <A> firstThatRuns(
    accelerators: List<A>,
    artefact: Artefact,
    open: (A) -> Engine,
): Engine {
    var reason: Exception? = null
    for (accelerator in accelerators) {
        try {
            return open(accelerator).also { tried(it, artefact.manifest) }
        } catch (unable: Exception) {
            reason = unable
        }
    }
    throw InputError("a phone must be able to run the net, this one is not (${reason?.message}); export the artefact again", reason)
}

/** Some drivers compile what they cannot run. */
private fun tried(
    engine: Engine,
    manifest: Manifest,
) {
    try {
        Stored.restore(engine.run(ByteArray(manifest.input.bytes)), manifest.output, manifest.rules)
    } catch (unable: Exception) {
        engine.close()
        throw unable
    }
}
