package io.staykit

/** How Staykit is: for an inspector, a report, a test. Nothing in it is personal. */
public class Status internal constructor(
    /** The installation, as hexadecimal digits; empty while the store's key is not there. */
    public val installation: String,
    /** Whether the store is open and its key there. */
    public val isUnlocked: Boolean,
    /** What the person allows. */
    public val consent: Consent,
    /** Last number given to an event. */
    public val lastSequence: Long,
    /** Events recorded since the installation. */
    public val recorded: Long,
    /** Events that are in memory only. */
    public val inMemory: Long,
    /** Events that the collector has not acknowledged; what was recorded last is not counted yet. */
    public val waiting: Long,
    /** Events given up since the installation, for lack of room or for age. */
    public val dropped: Long,
    /** Events refused since the opening, because nothing could be written and the memory was full. */
    public val refused: Long,
    /** What flash does with what is recorded. */
    public val storage: Storage,
    /** Something on flash could not be read when the store was opened. */
    public val isDamaged: Boolean,
    /** Bytes of all files. */
    public val fileBytes: Long,
    /** Bytes that all files may take. */
    public val byteBudget: Long,
    /** Damage may have taken what the person said last: ask them again, or tell it by [Staykit.setConsent]. */
    public val isConsentInDoubt: Boolean,
    /** Name of the active pack. */
    public val pack: String,
    /** Version of the active pack. */
    public val packVersion: Long,
    /**
     * Why the pack of the configuration ([StaykitConfig.signedPack], or a name in [StaykitConfig.pack] that is none) is
     * not in force: it was refused, and no other was activated since. Null if it was accepted.
     */
    public val packRefused: String?,
    /** Signals that stand. */
    public val signals: List<String>,
    /** How often the key could not be had for now, in starts in a row. */
    public val keyTroubles: Int,
    /** How often the key was lost for good, and with it what was recorded. */
    public val keysLost: Int,
) {
    override fun toString(): String = "recorded $recorded, waiting $waiting, in memory $inMemory, $fileBytes bytes, pack $pack $packVersion"
}

/** What flash does with what is recorded. */
public enum class Storage {
    /** It takes it. Also said of a store whose key is not there, which has not tried. */
    SOUND,

    /** There is no space: what is recorded waits in memory. */
    FULL,

    /** It cannot be written. */
    READ_ONLY,

    /** The buffer takes nothing; the journal grows up to the byte budget. */
    BACKLOG,

    /** It fails otherwise. */
    FAILING,
}
