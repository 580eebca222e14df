package io.staykit

import android.app.Activity
import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.content.ComponentCallbacks2
import android.content.Context
import android.content.Intent
import android.content.pm.PackageInfo
import android.os.Build
import android.os.Looper
import io.staykit.Bench.Companion.settle
import io.staykit.Bench.Companion.until
import io.staykit.internal.Delivery
import io.staykit.internal.Jobs
import io.staykit.internal.Lifecycle
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import java.time.Duration
import java.util.TimeZone

class FirstActivity : Activity()

class SecondActivity : Activity()

@RunWith(Runner::class)
class CaptureTest {
    private val engine = TestEngine()
    private val core = TestCore(engine).apply { mayOpen.countDown() }
    private val bench = Bench(core)
    private val zone = TimeZone.getDefault()

    @Before fun begin() = Bench.begin()

    @After fun end() {
        Bench.end()
        TimeZone.setDefault(zone)
    }

    private fun opened(configure: StaykitConfig.() -> Unit = {}): Staykit = bench.start(configure).also { settle(it.flush()) }

    private fun pass(ms: Long) = shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(ms))

    private fun after(activity: Class<out Activity>, vararg expected: String) {
        val names = expected.toList()
        assertEquals("$activity", names, engine.names.takeLast(names.size))
    }

    @Test fun `an activity in front is a visit with its screen`() {
        opened()
        Robolectric.buildActivity(FirstActivity::class.java).setup()
        after(FirstActivity::class.java, "foreground", "open", "screen_enter")
    }

    @Test fun `gone is who is gone for longer than a change of activities takes`() {
        opened()
        val first = Robolectric.buildActivity(FirstActivity::class.java).setup()
        first.pause()
        val second = Robolectric.buildActivity(SecondActivity::class.java).setup()
        first.stop()
        pass(2_000)
        assertFalse("background" in engine.names)
        second.pause().stop()
        pass(Lifecycle.GRACE_MS - 10)
        assertFalse("background" in engine.names)
        pass(20)
        after(SecondActivity::class.java, "screen_leave", "background")
        until { engine.calls.last { it != "decisions" } in setOf("flush", "tick") && "flush" in engine.calls }
    }

    @Test fun `back within the grace is no absence, and a return is a visit only after half an hour`() {
        opened()
        val activity = Robolectric.buildActivity(FirstActivity::class.java).setup()
        activity.pause().stop()
        pass(300)
        activity.restart().start().resume()
        pass(2_000)
        assertFalse("background" in engine.names)
        activity.pause().stop()
        pass(60_000)
        activity.restart().start().resume()
        after(FirstActivity::class.java, "background", "foreground", "screen_enter")
        activity.pause().stop()
        pass(31 * 60_000)
        activity.restart().start().resume()
        after(FirstActivity::class.java, "background", "foreground", "open", "screen_enter")
    }

    @Test fun `a turned device is no absence`() {
        opened()
        val activity = Robolectric.buildActivity(FirstActivity::class.java).setup()
        activity.recreate()
        pass(10_000)
        assertFalse("background" in engine.names)
        assertEquals(1, engine.names.count { it == "foreground" })
    }

    @Test fun `hidden by the system is gone at once`() {
        opened()
        val activity = Robolectric.buildActivity(FirstActivity::class.java).setup()
        activity.pause().stop()
        bench.app.onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_UI_HIDDEN)
        after(FirstActivity::class.java, "background")
        pass(2_000)
        assertEquals(1, engine.names.count { it == "background" })
    }

    @Test fun `started late, the activity in front is found when it is heard of next`() {
        val activity = Robolectric.buildActivity(FirstActivity::class.java).setup()
        opened()
        activity.pause()
        activity.resume()
        assertTrue("foreground" in engine.names)
        activity.pause().stop()
        pass(1_000)
        after(FirstActivity::class.java, "background")
    }

    @Test fun `started with the activity in front, that is a visit`() {
        val activity = Robolectric.buildActivity(FirstActivity::class.java).setup()
        val staykit = Staykit.start(activity.get(), bench.seams) { consent = Consent.all() }
        settle(staykit.flush())
        assertEquals(listOf("foreground", "open"), engine.names)
    }

    @Test fun `screens bear the name that the app gives, and none if it gives none`() {
        opened { screenName = { if (it is FirstActivity) "Workouts" else null } }
        val first = Robolectric.buildActivity(FirstActivity::class.java).setup()
        first.pause()
        Robolectric.buildActivity(SecondActivity::class.java).setup()
        assertEquals(1, engine.names.count { it == "screen_enter" })
        assertEquals(1, engine.names.count { it == "screen_leave" })
    }

    @Test fun `a screen that the app names leaves the one before it`() {
        val staykit = opened { recordsScreens = false }
        Robolectric.buildActivity(FirstActivity::class.java).setup()
        staykit.screen("List")
        staykit.screen("List")
        staykit.screen("Item")
        assertEquals(listOf("screen_enter", "screen_leave", "screen_enter"), engine.names.takeLast(3))
    }

    @Test fun `an update of the app is an event once, and a first start is none`() {
        install("1.0")
        settle(opened().close())
        settle(opened().close())
        assertFalse("app_updated" in engine.names)
        install("1.1")
        settle(opened().close())
        settle(opened().close())
        assertEquals(1, engine.names.count { it == "app_updated" })
    }

    private fun install(version: String) {
        val packages = shadowOf(bench.app.packageManager)
        val info: PackageInfo = packages.getInternalMutablePackageInfo(bench.app.packageName)
        info.versionName = version
    }

    @Test fun `a language chosen later is an event`() {
        settle(opened().close())
        RuntimeEnvironment.setQualifiers("+fr-rFR")
        settle(opened().close())
        assertEquals(1, engine.names.count { it == "language_set" })
    }

    @Test fun `facts of the device are stated at the start, and again once there is consent or a new installation`() {
        val staykit = opened()
        assertEquals(1, engine.calls.count { it == "setFacts" })
        settle(staykit.setConsent(Consent.all()))
        settle(staykit.erase())
        assertEquals(3, engine.calls.count { it == "setFacts" })
        settle(staykit.setConsent(Consent.none()))
        assertEquals(3, engine.calls.count { it == "setFacts" })
    }

    @Test fun `another zone is pushed, and time is asked anew`() {
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Shanghai"))
        opened()
        assertEquals(480, core.openings.single().zone.offsetMin)
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"))
        bench.app.sendBroadcast(Intent(Intent.ACTION_TIMEZONE_CHANGED))
        until { engine.zones.isNotEmpty() }
        assertTrue(engine.zones.single().offsetMin in setOf(-300, -240))
        until { "tick" in engine.calls }
    }

    @Test fun `time alone is asked when it is due`() {
        engine.dueMs = System.currentTimeMillis() + 1_500
        opened()
        until { "tick" in engine.calls }
    }

    @Test
    @Config(sdk = [23, 30])
    fun `what is left unsent when the app goes gets a job, which sends it`() {
        engine.uploads += byteArrayOf(1, 2)
        engine.deliveries += Delivery.Retry(24 * 3_600_000)
        bench.answer = null
        val staykit = opened()
        val activity = Robolectric.buildActivity(FirstActivity::class.java).setup()
        until { "finishUpload null" in engine.calls }
        activity.pause().stop()
        pass(1_000)
        val jobs = bench.app.getSystemService(Context.JOB_SCHEDULER_SERVICE) as JobScheduler
        until { jobs.allPendingJobs.isNotEmpty() }
        assertEquals(UploadJob::class.java.name, jobs.allPendingJobs.single().service.className)
        settle(staykit.flush())
    }

    @Test fun `a job waits for a network, a watch's for its charger too, and none needs a permission`() {
        val jobs = Jobs(bench.app, StaykitConfig().apply { uploadsOnMeteredNetworks = false })
        assertTrue(jobs.schedule(isWatch = false))
        assertTrue(jobs.schedule(isWatch = true))
        val job = jobs.scheduler!!.allPendingJobs.single()
        @Suppress("DEPRECATION")
        assertEquals(JobInfo.NETWORK_TYPE_UNMETERED, job.networkType)
        assertTrue(job.isRequireCharging)
        assertFalse(job.isPersisted)
        if (Build.VERSION.SDK_INT >= 34) assertEquals("io.staykit", jobs.scheduler!!.namespace)
    }

    @Test fun `the job runs to its end and says so`() {
        engine.uploads += byteArrayOf(1, 2)
        opened()
        val job = Robolectric.buildService(UploadJob::class.java).create().get()
        assertTrue(job.onStartJob(parameters()))
        until { shadowOf(job).isJobFinished }
        assertFalse(shadowOf(job).isRescheduleNeeded)
        assertEquals(1, bench.sent.size)
    }

    @Test fun `a job that could not send asks to be run again, and one without Staykit is done at once`() {
        val job = Robolectric.buildService(UploadJob::class.java).create().get()
        assertFalse(job.onStartJob(parameters()))
        engine.uploads += byteArrayOf(1, 2)
        repeat(2) { engine.deliveries += Delivery.Retry(24 * 3_600_000) }
        opened()
        assertTrue(job.onStartJob(parameters()))
        until { shadowOf(job).isJobFinished }
        assertTrue(shadowOf(job).isRescheduleNeeded)
        assertTrue(job.onStopJob(parameters()))
    }

    /** Its constructor is hidden, and another one at each level. */
    private fun parameters(): JobParameters {
        val field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe").apply { isAccessible = true }
        return (field.get(null) as sun.misc.Unsafe).allocateInstance(JobParameters::class.java) as JobParameters
    }
}
