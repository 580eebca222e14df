package io.staykit

import android.app.job.JobParameters
import android.app.job.JobService
import io.staykit.internal.Log

/** Runs when the system grants the network, and sends what waits. Named in the library's manifest. */
internal class UploadJob : JobService() {
    override fun onStartJob(params: JobParameters): Boolean {
        // An `Application` or a starter has started Staykit before any job. Where only an activity does, another run would
        // wake the device to find nobody again: what waits goes when the person comes back, or leaves the next time.
        val staykit = Staykit.current ?: return false.also { Log.info("a job found nobody: start Staykit in Application.onCreate") }
        staykit.sendWaiting { isLeft -> jobFinished(params, isLeft) }
        return true
    }

    /** Time is up. What was on its way is asked about again next time; the server takes each event once. */
    override fun onStopJob(params: JobParameters): Boolean = true
}
