package io.staykit.core

/** Entries of a library that was built with the feature `lab`: for [io.staykit.CostTest] and [io.staykit.VectorsTest]. */
internal object Lab {
    init {
        Native.load()
    }

    /** Records the draft of the benchmark that many times by Rust's own `record`; the nanoseconds that it took. */
    @JvmStatic
    external fun recordInRust(handle: Long, count: Int): Long

    /** The next engine that is opened has clocks that are set, and random numbers of this seed. */
    @JvmStatic
    external fun rehearseNext(wallMs: Long, bootMs: Long, seed: Long): Long

    /** Sets the clocks of a rehearsal. 0, or a refusal. */
    @JvmStatic
    external fun setClocks(handle: Long, wallMs: Long, bootMs: Long): Long
}
