package io.staykit.internal

import android.annotation.TargetApi
import android.app.Application
import android.content.Context
import android.content.pm.PackageInfo
import android.content.pm.PackageManager
import android.content.res.Configuration
import android.os.Build
import android.os.UserManager
import android.provider.Settings
import java.util.Locale

/** What the system says of app and device. Asks system services: not for the main thread. */
internal class Device(private val context: Context) {
    /** Empty if the package has none. */
    val appVersion: String get() = app?.versionName ?: ""

    /** When this version was installed, ms since 1970-01-01T00:00Z; null if the system does not know. */
    val appUpdatedAtMs: Long? get() = app?.lastUpdateTime?.takeIf { it > 0 }

    private val app: PackageInfo?
        get() = try {
            @Suppress("DEPRECATION")
            context.packageManager.getPackageInfo(context.packageName, 0)
        } catch (_: PackageManager.NameNotFoundException) {
            null
        }

    /** Which app brought this one; null if it was loaded by hand, or nobody knows. */
    val installSource: String?
        get() = try {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
                Since30.installer(context)
            } else {
                @Suppress("DEPRECATION")
                context.packageManager.getInstallerPackageName(context.packageName)
            }
        } catch (_: Exception) {
            null
        }

    val deviceClass: DeviceClass
        get() {
            val configuration = context.resources.configuration
            return when (configuration.uiMode and Configuration.UI_MODE_TYPE_MASK) {
                Configuration.UI_MODE_TYPE_WATCH -> DeviceClass.WATCH
                Configuration.UI_MODE_TYPE_DESK -> DeviceClass.DESKTOP
                Configuration.UI_MODE_TYPE_NORMAL, Configuration.UI_MODE_TYPE_UNDEFINED -> bySize(configuration)
                else -> DeviceClass.UNKNOWN
            }
        }

    val locale: Locale
        get() {
            val configuration = context.resources.configuration
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.N) return Since24.locale(configuration)
            @Suppress("DEPRECATION")
            return configuration.locale
        }

    /** Differs between two starts of the device; null where the system does not count them. */
    val bootId: Long?
        get() = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.N) Since24.bootCount(context) else null

    /** Before the person has unlocked the device once, files of apps are not there yet. */
    val isUserUnlocked: Boolean
        get() = Build.VERSION.SDK_INT < Build.VERSION_CODES.N || Since24.isUserUnlocked(context)

    /** Whether this process is the one that records. */
    fun isWriter(process: String?): Boolean {
        val wanted = process ?: context.applicationInfo.processName ?: context.packageName
        val mine = processName() ?: return true
        return mine == wanted
    }

    private fun processName(): String? {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) return Since28.processName()
        // Public only since API 28, but there long before.
        return try {
            Class.forName("android.app.ActivityThread").getMethod("currentProcessName").invoke(null) as? String
        } catch (_: Exception) {
            null
        }
    }

    private fun bySize(configuration: Configuration): DeviceClass =
        if (configuration.smallestScreenWidthDp >= TABLET_DP) DeviceClass.TABLET else DeviceClass.PHONE

    @TargetApi(Build.VERSION_CODES.N)
    private object Since24 {
        fun locale(configuration: Configuration): Locale =
            if (configuration.locales.isEmpty) Locale.getDefault() else configuration.locales[0]

        fun isUserUnlocked(context: Context): Boolean =
            (context.getSystemService(Context.USER_SERVICE) as? UserManager)?.isUserUnlocked ?: true

        fun bootCount(context: Context): Long? =
            Settings.Global.getInt(context.contentResolver, Settings.Global.BOOT_COUNT, -1).takeIf { it >= 0 }?.toLong()
    }

    @TargetApi(Build.VERSION_CODES.P)
    private object Since28 {
        fun processName(): String? = Application.getProcessName()
    }

    @TargetApi(Build.VERSION_CODES.R)
    private object Since30 {
        fun installer(context: Context): String? = context.packageManager.getInstallSourceInfo(context.packageName).installingPackageName
    }

    private companion object {
        /** Smallest width of what the system's own resources call a tablet. */
        const val TABLET_DP = 600
    }
}
