package io.staykit.internal

import android.annotation.TargetApi
import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.ComponentName
import android.content.Context
import android.os.Build
import io.staykit.StaykitConfig
import io.staykit.UploadJob

/** Asks the system for a moment with network. Another process answers: not for the main thread. */
internal class Jobs(private val context: Context, private val config: StaykitConfig) {
    /** One job at a time; a second call replaces the first. */
    fun schedule(isWatch: Boolean): Boolean = try {
        scheduler?.schedule(job(isWatch)) == JobScheduler.RESULT_SUCCESS
    } catch (e: Exception) {
        // An app that has used up its 100 jobs, or took the service out of the manifest.
        Log.warn("no upload job", e)
        false
    }

    /** Nothing is left to be sent. */
    fun cancel() {
        try {
            scheduler?.cancel(config.jobId)
        } catch (e: Exception) {
            // Then it runs, and finds nothing.
            Log.warn("the upload job stays", e)
        }
    }

    private fun job(isWatch: Boolean): JobInfo {
        val network = if (config.uploadsOnMeteredNetworks) JobInfo.NETWORK_TYPE_ANY else JobInfo.NETWORK_TYPE_UNMETERED
        return JobInfo.Builder(config.jobId, ComponentName(context, UploadJob::class.java))
            .setRequiredNetworkType(network)
            // A watch has its own radio on for little else: at night, at the charger.
            .setRequiresCharging(isWatch)
            .setBackoffCriteria(BACK_OFF_MS, JobInfo.BACKOFF_POLICY_EXPONENTIAL)
            .build()
    }

    val scheduler: JobScheduler? by lazy {
        val service = context.getSystemService(Context.JOB_SCHEDULER_SERVICE) as? JobScheduler
        if (Build.VERSION.SDK_INT >= NAMESPACES) service?.let(Since34::own) else service
    }

    /** Numbers of jobs are the app's own from here on. */
    @TargetApi(NAMESPACES)
    private object Since34 {
        fun own(service: JobScheduler): JobScheduler = service.forNamespace("io.staykit")
    }

    private companion object {
        const val NAMESPACES = 34
        const val BACK_OFF_MS = 15L * 60_000
    }
}
