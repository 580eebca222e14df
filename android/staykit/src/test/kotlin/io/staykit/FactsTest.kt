package io.staykit

import android.content.pm.PackageInfo
import android.os.Build
import io.staykit.Bench.Companion.settle
import io.staykit.internal.Seams
import io.staykit.testing.Runner
import org.json.JSONObject
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import java.io.File

/** What the system says of app and device arrives in the engine, as rules and the person's own export read it. */
@RunWith(Runner::class)
class FactsTest {
    @get:Rule val folder = TemporaryFolder()
    private val app get() = RuntimeEnvironment.getApplication()

    @Before fun begin() = Bench.begin()

    @After fun end() = Bench.end()

    private fun started(consent: Consent = Consent.all()): Staykit =
        Staykit.start(app, Seams.onDevice()) { this.consent = consent }.also { settle(it.flush()) }

    private fun facts(staykit: Staykit): JSONObject {
        val file = settle(staykit.export(File(folder.root, "all.jsonl")))
        return JSONObject(file.useLines { it.first() }).getJSONObject("facts")
    }

    private fun installed(version: String, updatedAtMs: Long, from: String) {
        val packages = shadowOf(app.packageManager)
        val info: PackageInfo = packages.getInternalMutablePackageInfo(app.packageName)
        info.versionName = version
        info.lastUpdateTime = updatedAtMs
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            packages.setInstallSourceInfo(app.packageName, from, from)
        } else {
            @Suppress("DEPRECATION")
            app.packageManager.setInstallerPackageName(app.packageName, from)
        }
    }

    @Test
    @Config(qualifiers = "fr-rCA")
    fun `of a phone in Canada, rules know all that the system says`() {
        installed("2.5.0", UPDATED_AT_MS, "com.example.store")
        val facts = facts(started())
        val expected = mapOf(
            "device_os" to "android", "device_api_level" to Build.VERSION.SDK_INT, "device_class" to "phone", "language" to "fr",
            "locale" to "fr", "region" to "CA", "install_source" to "com.example.store", "app_version" to "2.5.0",
            "app_updated_at" to UPDATED_AT_MS,
        )
        assertEquals(expected, facts.keys().asSequence().associateWith(facts::get))
    }

    @Test
    @Config(qualifiers = "zh-rCN-round-watch")
    fun `a watch in China is one`() {
        val facts = facts(started())
        assertEquals(listOf("watch", "zh", "CN"), listOf("device_class", "locale", "region").map(facts::get))
    }

    @Test
    @Config(qualifiers = "sw800dp")
    fun `what nobody knows is not stated`() {
        installed("1.0", updatedAtMs = 0, from = "com.example.store")
        app.packageManager.setInstallerPackageName(app.packageName, null)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) shadowOf(app.packageManager).setInstallSourceInfo(app.packageName, null, null)
        val facts = facts(started())
        assertEquals("tablet", facts.get("device_class"))
        assertFalse("$facts", facts.has("app_updated_at") || facts.has("install_source"))
    }

    @Test fun `another language while the app runs changes what rules know`() {
        val staykit = started()
        assertEquals("en", facts(staykit).get("locale"))
        RuntimeEnvironment.setQualifiers("+de-rAT")
        app.onConfigurationChanged(app.resources.configuration)
        settle(staykit.flush())
        val facts = facts(staykit)
        assertEquals(listOf("de", "de", "AT"), listOf("locale", "language", "region").map(facts::get))
    }

    @Test fun `without consent nothing is known of the device, and with it all is`() {
        val staykit = started(Consent.none())
        assertEquals(0, facts(staykit).length())
        settle(staykit.setConsent(Consent.all()))
        assertEquals("android", facts(staykit).get("device_os"))
        settle(staykit.erase())
        assertEquals("android", facts(staykit).get("device_os"))
        settle(staykit.unsetFacts("device_os", "region"))
        assertFalse("${facts(staykit)}", facts(staykit).has("device_os") || facts(staykit).has("region"))
    }

    private companion object {
        const val UPDATED_AT_MS = 1_767_225_600_000L
    }
}
