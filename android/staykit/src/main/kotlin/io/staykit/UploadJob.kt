package io.staykit

import android.app.job.JobParameters
import android.app.job.JobService

/** Runs when the system grants the network, and sends what waits. Named in the library's manifest. */
internal class UploadJob : JobService() {
    override fun onStartJob(params: JobParameters): Boolean {
        // The app starts Staykit in its own Application; where it has not, there is nothing to send.
        val staykit = Staykit.current ?: return false
        staykit.sendWaiting { isLeft -> jobFinished(params, isLeft) }
        return true
    }

    /** Time is up. What was on its way is asked about again next time; the server takes each event once. */
    override fun onStopJob(params: JobParameters): Boolean = true
}
