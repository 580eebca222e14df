package io.staykit

import io.staykit.core.Answer
import io.staykit.core.Cause
import io.staykit.core.CoreException
import io.staykit.core.Delivery
import io.staykit.core.DeviceClass
import io.staykit.core.HostZone
import io.staykit.core.Lab
import io.staykit.core.LocalText
import io.staykit.core.Native
import io.staykit.core.Opened
import io.staykit.core.Settings
import io.staykit.core.Words
import io.staykit.internal.DraftBuffer
import io.staykit.testing.Runner
import org.json.JSONArray
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import java.io.File
import io.staykit.core.Consent as CoreConsent
import io.staykit.core.Why as CoreWhy
import io.staykit.core.close as closeCore
import io.staykit.core.decisions as decisionsOf
import io.staykit.core.explain as explainBy
import io.staykit.core.finishUpload as finishUploadOf
import io.staykit.core.nextUpload as nextUploadOf
import io.staykit.core.open as openCore
import io.staykit.core.setConsent as setConsentOf

/** `tests/vectors`, replayed by the facade's own encoder and the calls that it makes: what every language is answered. */
@RunWith(Runner::class)
@Config(sdk = [34])
class VectorsTest {
    @get:Rule val folder = TemporaryFolder()

    @Test fun `the same inputs give what the core says`() {
        val files = File("../../tests/vectors").listFiles { file -> file.name.endsWith(".json") }!!.sorted()
        assertTrue("$files", files.size >= 5)
        for (file in files) {
            val vector = JSONObject(file.readText())
            val device = Device(vector.getJSONObject("settings"), folder.newFolder(file.name))
            val steps = vector.getJSONArray("steps").objects()
            steps.forEachIndexed { place, step ->
                try {
                    device.step(step)
                } catch (failed: AssertionError) {
                    throw AssertionError("${file.name}, step $place: ${failed.message}", failed)
                } catch (failed: CoreException) {
                    throw AssertionError("${file.name}, step $place: ${failed.message}", failed)
                }
            }
            closeCore(device.handle)
        }
    }

    /** A device on which a vector happens. */
    private class Device(private val given: JSONObject, private val folder: File) {
        private var wallMs = given.getLong("wall_ms")
        private var bootMs = given.getLong("boot_ms")
        private val draft = DraftBuffer()
        var handle = open()

        private fun open(): Long {
            Lab.rehearseNext(wallMs, bootMs, given.getLong("seed"))
            val opened = openCore(settings())
            val key = ByteArray(32) { 7 }
            assertEquals(0L, unlock(opened, key))
            return opened.handle
        }

        private fun unlock(opened: Opened, key: ByteArray) = if (opened.wrappedKey == null) {
            Native.unlockNew(opened.handle, key, "wrapped".toByteArray())
        } else {
            Native.unlock(opened.handle, key)
        }

        private fun settings() = Settings(
            folder = File(folder, "store").path,
            appVersion = given.getString("app_version"),
            deviceClass = DeviceClass.UNKNOWN,
            consent = consent(given.getJSONObject("consent")),
            builtinPack = given.getString("pack"),
            signedPack = null,
            trustedKeys = emptyList(),
            events = emptyList(),
            refuseUnknownNames = false,
            byteBudget = null,
            ageLimitDays = null,
            bootId = given.getLong("boot_id").toULong(),
            zone = given.getJSONObject("zone").let { zone ->
                HostZone(zone.getInt("offset_min").toShort(), zone.instant("next_at_ms"), zone.getInt("next_offset_min").toShort())
            },
        )

        fun step(step: JSONObject) {
            wallMs += step.optLong("after_ms") + step.optLong("moved_ms")
            bootMs += step.optLong("after_ms")
            assertEquals(0L, Lab.setClocks(handle, wallMs, bootMs))
            when (val name = step.getString("do")) {
                "record" -> {
                    draft.begin(step.getString("name"))
                    encoded(step) { bytes, length -> Native.record(handle, bytes, length) }
                }
                "facts" -> change(step) { bytes, length -> Native.changeFacts(handle, bytes, length) }
                "context" -> change(step) { bytes, length -> Native.changeContext(handle, bytes, length) }
                "tick" -> assertEquals(step.getLong("answer"), Native.tick(handle))
                "next_due" -> assertEquals(step.instant("at_ms") ?: Native.NEVER_DUE, Native.nextDue(handle))
                "zone" -> zone(step)
                "consent" -> setConsentOf(handle, consent(step))
                "decisions" -> decisions(step.getJSONArray("are").objects())
                "report" -> {
                    val outcome = listOf("shown", "dismissed", "clicked").indexOf(step.getString("outcome")) + 1
                    assertEquals(step.getLong("answer"), Native.report(handle, step.getLong("decision"), outcome))
                }
                "explain" -> {
                    val text = step.getJSONObject("text")
                    assertEquals(Words(text.getString("en"), text.getString("zh")), explainBy(handle, why(step.getJSONObject("why"))))
                }
                "upload" -> upload(step)
                "reopen" -> {
                    closeCore(handle)
                    handle = open()
                }
                else -> error("no step is called $name")
            }
        }

        private fun change(step: JSONObject, call: (ByteArray, Int) -> Long) {
            draft.beginFacts()
            encoded(step, call)
        }

        private fun encoded(step: JSONObject, call: (ByteArray, Int) -> Long) {
            step.optJSONArray("properties")?.objects()?.forEach(::put)
            // What the facade itself refuses never becomes bytes.
            val answer = if (draft.isBroken) Refusal.DRAFT.code else call(draft.bytes, draft.length)
            if (!draft.isBroken) assertEquals(step.getString("bytes"), hex(draft.copy()))
            assertEquals(step.getLong("answer"), answer)
        }

        private fun put(property: JSONObject) {
            val name = property.getString("name")
            when (val type = property.getString("type")) {
                "text" -> draft.text(name, property.getString("value"))
                "utf16" -> {
                    val units = property.getJSONArray("units")
                    draft.text(name, String(CharArray(units.length()) { units.getInt(it).toChar() }))
                }
                "integer" -> draft.integer(name, property.getString("value").toLong())
                "number" -> draft.number(name, property.getDouble("value"))
                "flag" -> draft.flag(name, property.getBoolean("value"))
                "money" -> draft.money(name, property.getString("minor").toLong(), property.getString("currency"))
                "unset" -> draft.unset(name)
                else -> error("no property is of type $type")
            }
        }

        private fun zone(zone: JSONObject) {
            val next = zone.instant("next_at_ms")
            val answer = Native.setZone(
                handle,
                zone.getInt("offset_min").toShort(),
                next != null,
                next ?: 0,
                zone.getInt("next_offset_min").toShort(),
            )
            assertEquals(0L, answer)
        }

        private fun decisions(expected: List<JSONObject>) {
            val decisions = decisionsOf(handle)
            assertEquals(expected.size, decisions.size)
            for ((wanted, decision) in expected.zip(decisions)) {
                assertEquals(wanted.getLong("id"), decision.id.toLong())
                assertEquals(wanted.getString("campaign"), decision.campaign)
                assertEquals(wanted.getLong("wall_ms"), decision.wallMs)
                val cause = when (val cause = decision.cause) {
                    is Cause.Event -> "event:${cause.name}"
                    is Cause.Raised -> "raised:${cause.name}"
                }
                assertEquals(wanted.getString("cause"), cause)
                assertEquals(wanted.getString("kind"), decision.kind)
                assertEquals(wanted.words("title"), decision.title.words())
                assertEquals(wanted.words("body"), decision.body.words())
                assertEquals(wanted.getString("action"), decision.action)
                assertEquals(wanted.words("why"), decision.why)
                assertEquals(wanted.getBoolean("shown"), decision.shown)
            }
        }

        private fun upload(step: JSONObject) {
            val upload = nextUploadOf(handle)
            if (step.isNull("body")) return assertEquals(null, upload)
            assertEquals(step.getString("body"), replaced(hex(upload!!.body), hex(upload.id), ZEROS))
            assertEquals(step.getLong("events"), upload.events.toLong())
            assertEquals(step.getInt("attempt"), upload.attempt.toInt())
            val response = unhex(replaced(step.getString("response"), ZEROS, hex(upload.id)))
            val answer = Answer.Response(step.getInt("status").toUShort(), null, response)
            val delivery = when (val delivery = finishUploadOf(handle, upload.id, answer)) {
                is Delivery.Acknowledged -> "acknowledged"
                // How long, if at all, is drawn by the batch's id.
                is Delivery.Retry -> "retry"
                is Delivery.Split -> "split"
                is Delivery.SetAside -> "${delivery.events} set aside"
                is Delivery.Unknown -> "unknown"
            }
            assertEquals(step.getString("delivery"), delivery)
        }
    }

    private companion object {
        /** In place of a batch's id, which no seed foretells. */
        val ZEROS = "0".repeat(32)

        fun JSONArray.objects(): List<JSONObject> = List(length()) { getJSONObject(it) }

        fun JSONObject.instant(name: String): Long? = if (isNull(name)) null else getLong(name)

        fun JSONObject.words(name: String): Words = getJSONObject(name).let { Words(it.getString("en"), it.getString("zh")) }

        fun List<LocalText>.words(): Words {
            fun text(locale: String) = find { it.locale == locale }?.text.orEmpty()
            return Words(text("en"), text("zh"))
        }

        fun consent(of: JSONObject): CoreConsent = CoreConsent(of.getBoolean("record"), of.getBoolean("guide"), of.getBoolean("upload"))

        fun why(of: JSONObject): CoreWhy = when {
            of.has("decision") -> CoreWhy.Decision(of.getLong("decision").toULong())
            of.has("not_shown") -> CoreWhy.NotShown(of.getString("not_shown"))
            of.has("score") -> CoreWhy.Score(of.getString("score"))
            else -> CoreWhy.Signal(of.getString("signal"))
        }

        fun hex(bytes: ByteArray): String = bytes.joinToString("") { "%02x".format(it) }

        fun unhex(text: String): ByteArray = ByteArray(text.length / 2) { text.substring(2 * it, 2 * it + 2).toInt(16).toByte() }

        /** Whole bytes: in hex, zeros may begin in the middle of one. */
        fun replaced(text: String, from: String, to: String): String {
            var all = text
            var at = all.indexOf(from)
            while (at >= 0) {
                if (at % 2 == 0) all = all.replaceRange(at, at + from.length, to)
                at = all.indexOf(from, if (at % 2 == 0) at + to.length else at + 1)
            }
            return all
        }
    }
}
