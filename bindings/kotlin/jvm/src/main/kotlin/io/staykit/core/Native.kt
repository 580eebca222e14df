package io.staykit.core

/**
 * The calls that an app makes on its main thread, and those that take keys: static methods of `libstaykit.so` by JNI.
 * All others are generated beside this file, by UniFFI.
 *
 * Nothing here throws. What answers with a number answers `sequence << 8 | flags`, or with a refusal below 0; the
 * tables are in `bindings/README.md`. Bytes are drafts, facts or context in the form described there; of an array,
 * the first `length` bytes count.
 */
public object Native {
    /** A decision is to be shown: ask for [decisions]. */
    public const val DECISIONS_WAIT: Long = 1

    /** [nextDue] has changed. */
    public const val DUE_CHANGED: Long = 2

    /** In memory only, lost with the process. */
    public const val IN_MEMORY: Long = 4

    /** Signals, tags, segments, stages, levels or tiers changed. */
    public const val SIGNALS_CHANGED: Long = 8

    /** What [nextDue] answers if time alone changes nothing. */
    public const val NEVER_DUE: Long = Long.MAX_VALUE

    /** Number of an outcome: it was seen. */
    public const val SHOWN: Int = 1

    /** Number of an outcome: it was put away. */
    public const val DISMISSED: Int = 2

    /** Number of an outcome: it was followed. */
    public const val CLICKED: Int = 3

    /** Where the library lies on a desktop; on a device it is found by its name. */
    public const val FOLDER_PROPERTY: String = "staykit.native.folder"

    init {
        val folder = System.getProperty(FOLDER_PROPERTY)
        if (folder == null) System.loadLibrary("staykit") else System.load("$folder/libstaykit.so")
    }

    /** Loads the library, which is disk work, and makes its methods known; the first to be called. */
    @JvmStatic
    public fun load(): Unit = Unit

    /** Records a draft. */
    @JvmStatic
    public external fun record(handle: Long, draft: ByteArray, length: Int): Long

    /**
     * Records a draft that happened earlier, when the wall clock and `SystemClock.elapsedRealtime` showed these. Before
     * the unlocking and in the order of what happened it keeps its time.
     */
    @JvmStatic
    public external fun recordEarlier(handle: Long, draft: ByteArray, length: Int, wallMs: Long, bootMs: Long): Long

    /** Lets time pass. */
    @JvmStatic
    public external fun tick(handle: Long): Long

    /** Wall clock of the next [tick] that has something to do, ms since 1970; [NEVER_DUE] if there is none. */
    @JvmStatic
    public external fun nextDue(handle: Long): Long

    /** Tells what the person did with a decision: [SHOWN], [DISMISSED], [CLICKED]. */
    @JvmStatic
    public external fun report(handle: Long, decision: Long, outcome: Int): Long

    /** Sets and unsets facts about the person. */
    @JvmStatic
    public external fun changeFacts(handle: Long, changes: ByteArray, length: Int): Long

    /** Sets and unsets values of the context. */
    @JvmStatic
    public external fun changeContext(handle: Long, changes: ByteArray, length: Int): Long

    /**
     * The device's offset from UTC, minutes; and if it [changes] within the months ahead, when (wall clock, ms since
     * 1970) and to what. 0, or a refusal.
     */
    @JvmStatic
    public external fun setZone(handle: Long, offsetMin: Short, changes: Boolean, nextAtMs: Long, nextOffsetMin: Short): Long

    /** Why a draft is refused: property, fault and limit, no value. Null if the draft is not what is wrong. */
    @JvmStatic
    public external fun whyRefused(handle: Long, draft: ByteArray, length: Int): String?

    /** What a refusal's number means, for logs; null if it is none. */
    @JvmStatic
    public external fun refusalText(code: Long): String?

    /** A new data key of 32 bytes, to be wrapped and then overwritten; null if there are no random numbers. */
    @JvmStatic
    public external fun newKey(): ByteArray?

    /** Unlocks with the data key that was unwrapped; overwrite it afterwards. 0, or a refusal. Reads files. */
    @JvmStatic
    public external fun unlock(handle: Long, key: ByteArray): Long

    /** Unlocks an engine that had no key yet with a new one and the same as it was wrapped. 0, or a refusal. */
    @JvmStatic
    public external fun unlockNew(handle: Long, key: ByteArray, wrapped: ByteArray): Long

    /** Notes the data key as it was wrapped anew. 0, or a refusal. Only then destroy the old wrapping key. */
    @JvmStatic
    public external fun rewrap(handle: Long, key: ByteArray, wrapped: ByteArray): Long

    /** The wrapping key is gone for good: erases what nobody can read any more. 0, or a refusal. */
    @JvmStatic
    public external fun eraseAndBeginAnew(handle: Long): Long
}
