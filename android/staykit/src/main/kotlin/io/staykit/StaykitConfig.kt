package io.staykit

import android.app.Activity

/** What [Staykit.start] is told. Everything has a default; without [endpoint] nothing leaves the device. */
@StaykitDsl
public class StaykitConfig internal constructor() {
    /**
     * Where events go, such as `https://collect.example.com`; plain `http` only to this device, and since API 28 only if
     * the app's network security configuration permits that. Null: nowhere.
     */
    public var endpoint: String? = null

    /** Goes with every upload. Public: it names the app, it protects nothing. */
    public var writeKey: String? = null

    /** What the person allows until they are asked; what they said by [Staykit.setConsent] outweighs it. */
    public var consent: Consent = Consent.none()

    /**
     * Name of the built-in pack: `retention`, or its variants `phone`, `watch`, `shop`, `fitness`. Under any other name
     * the store opens with `retention`, and [Status.packRefused] says so.
     */
    public var pack: String = "retention"

    /**
     * A signed pack in place of the built-in one. One that is refused (not signed by one of [trustedKeys], damaged, of
     * a later format) costs no event: the store opens under [pack], and [Status.packRefused] says why.
     */
    public var signedPack: ByteArray? = null

    /** The keys (32 bytes each) of which one must have signed a pack: [signedPack], and those of [Staykit.activatePack]. */
    public var trustedKeys: List<ByteArray> = emptyList()

    /** Whether events with names that neither the standard nor the pack knows are refused: finds misspelt names. */
    public var refuseUnknownNames: Boolean = false

    /** Bytes that all files may take; null for 10 MB, or 2 MB on a watch. */
    public var byteBudget: Long? = null

    /** Days after which an event goes, whether the collector has it or not. */
    public var ageLimitDays: Int = 90

    /** The one process that records, for apps of several; null for the app's main one. */
    public var process: String? = null

    /** Number of the upload job, for apps whose jobs have it already. Below API 34 only. */
    public var jobId: Int = DEFAULT_JOB_ID

    /** Whether the upload job also runs on networks that cost by the byte. */
    public var uploadsOnMeteredNetworks: Boolean = true

    /** Whether activities are recorded as screens. */
    public var recordsScreens: Boolean = true

    /** The name of an activity as a screen; null if it is none. The class's simple name by default. */
    public var screenName: (Activity) -> String? = { it.javaClass.simpleName }

    /** Whether the key asks for StrongBox, a chip of its own: slow on many devices, and not on all. */
    public var usesStrongBox: Boolean = false

    internal var pins: List<String> = emptyList()
    internal var pinsEndAtMs: Long = 0

    /**
     * Pins the endpoint's certificates: one of those presented must have a public key with one of these digests.
     *
     * @param digests at least two, so that one can be replaced: SHA-256 of the subject public key info, in base64.
     * @param endAtMs ms since 1970-01-01T00:00Z after which pins are not asked any more: an app that is never updated
     *   must not fall silent for good.
     * @throws IllegalArgumentException with fewer than two digests, or one that is not 32 bytes in base64.
     */
    public fun pinCertificates(digests: List<String>, endAtMs: Long) {
        require(digests.distinct().size >= 2) { "give at least two pins: one certificate can then be replaced" }
        require(digests.all { it.length == DIGEST_LETTERS && it.endsWith("=") }) { "a pin is 32 bytes in base64: 44 characters" }
        pins = digests
        pinsEndAtMs = endAtMs
    }

    private companion object {
        const val DEFAULT_JOB_ID = 0x57A9
        const val DIGEST_LETTERS = 44
    }
}
