package com.example.workouts

import android.app.Application
import io.staykit.Consent
import io.staykit.Staykit

class WorkoutsApplication : Application() {
    override fun onCreate() {
        super.onCreate()
        Staykit.start(this) {
            endpoint = "http://127.0.0.1:8787" // a collector on this device: `adb reverse tcp:8787 tcp:8787`
            consent = Consent.defaultFor("CN")
            pack = "fitness"
        }
    }
}
