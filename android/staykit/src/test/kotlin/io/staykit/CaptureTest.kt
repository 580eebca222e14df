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
import io.staykit.testing.FakeStore
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
import java.lang.ref.WeakReference
import java.security.ProviderException
import java.time.Duration
import java.util.TimeZone
import java.util.concurrent.CountDownLatch

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

    @Test fun `closed before the store is open, an update and another language are told all the same, once`() {
        install("1.0")
        settle(opened().close())
        install("1.1")
        RuntimeEnvironment.setQualifiers("+fr-rFR")
        val slow = TestCore(engine)
        val closing = Bench(slow).start().close()
        slow.mayOpen.countDown()
        settle(closing)
        settle(opened().close())
        assertEquals(1, engine.names.count { it == "app_updated" })
        assertEquals(1, engine.names.count { it == "language_set" })
    }

    @Test fun `an update that was in memory only is told again at the next start`() {
        install("1.0")
        settle(opened().close())
        install("1.1")
        engine.lock()
        FakeStore.failing[FakeStore.Step.LOAD] = ProviderException("for now")
        settle(opened().close())
        FakeStore.failing.clear()
        settle(opened().close())
        settle(opened().close())
        assertEquals(2, engine.names.count { it == "app_updated" })
    }

    @Test fun `a closed Staykit that is kept holds no activity`() {
        val staykit = opened()
        val activity = WeakReference(Robolectric.buildActivity(FirstActivity::class.java).setup().get())
        settle(staykit.close())
        val lifecycle = Staykit::class.java.getDeclaredField("session").apply { isAccessible = true }.get(staykit)
            .let { it.javaClass.getDeclaredField("lifecycle").apply { isAccessible = true }.get(it) }
        for (name in listOf("started", "entered")) {
            val held = lifecycle.javaClass.getDeclaredField(name).apply { isAccessible = true }.get(lifecycle) as Map<*, *>
            assertTrue("$name holds ${activity.get()}", held.isEmpty())
        }
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

    @Test
    @Config(sdk = [23, 30])
    fun `while what waits is sent a job stands by, and what was sent leaves none`() {
        val sending = CountDownLatch(1)
        val mayAnswer = CountDownLatch(1)
        bench.onSend = {
            sending.countDown()
            mayAnswer.await()
        }
        val staykit = opened()
        val activity = Robolectric.buildActivity(FirstActivity::class.java).setup()
        settle(staykit.upload())
        engine.uploads += byteArrayOf(1, 2)
        activity.pause().stop()
        pass(1_000)
        sending.await()
        val jobs = bench.app.getSystemService(Context.JOB_SCHEDULER_SERVICE) as JobScheduler
        assertEquals(1, jobs.allPendingJobs.size)
        mayAnswer.countDown()
        until { jobs.allPendingJobs.isEmpty() }
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
