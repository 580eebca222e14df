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
    /** Bytes of all files. */
    public val fileBytes: Long,
    /** Damage may have taken what the person said last: ask them again, or tell it by [Staykit.setConsent]. */
    public val isConsentInDoubt: Boolean,
    /** Name of the active pack. */
    public val pack: String,
    /** Version of the active pack. */
    public val packVersion: Long,
    /** Signals that stand. */
    public val signals: List<String>,
    /** How often the key could not be had for now, in starts in a row. */
    public val keyTroubles: Int,
    /** How often the key was lost for good, and with it what was recorded. */
    public val keysLost: Int,
) {
    override fun toString(): String = "recorded $recorded, waiting $waiting, in memory $inMemory, $fileBytes bytes, pack $pack $packVersion"
}
