package io.staykit.core

/** Entries of a library that was built with the feature `lab`: for [io.staykit.ui.RealDecisionTest]. */
internal object Lab {
    init {
        Native.load()
    }

    /** The next engine that is opened has clocks that are set, and random numbers of this seed. */
    @JvmStatic
    external fun rehearseNext(wallMs: Long, bootMs: Long, seed: Long): Long

    /** Sets the clocks of a rehearsal. 0, or a refusal. */
    @JvmStatic
    external fun setClocks(handle: Long, wallMs: Long, bootMs: Long): Long
}
