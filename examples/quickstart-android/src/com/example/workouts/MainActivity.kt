package com.example.workouts

import android.app.Activity
import android.app.AlertDialog
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.widget.Button
import android.widget.LinearLayout
import io.staykit.Consent
import io.staykit.Staykit
import io.staykit.Subscription
import io.staykit.ui.show

/** The workouts. Visits and screens record themselves. */
class MainActivity : Activity() {
    private val staykit get() = Staykit.current!!
    private var decisions: Subscription? = null

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val list = LinearLayout(this).apply { orientation = LinearLayout.VERTICAL }
        list.addButton(R.string.run) { finish("run", 28) }
        list.addButton(R.string.yoga) { finish("yoga", 20) }
        list.addButton(R.string.swim) { finish("swim", 35) }
        list.addButton(R.string.shop) { startActivity(Intent(this, ShopActivity::class.java)) }
        setContentView(list)
        staykit.consent().then { if (!it.record) ask() }
    }

    private fun finish(sport: String, minutes: Long) {
        staykit.record("workout_finished") {
            text("sport", sport)
            integer("duration_ms", minutes * 60_000)
        }
    }

    private fun ask() {
        AlertDialog.Builder(this)
            .setMessage(R.string.ask)
            .setPositiveButton(R.string.yes) { _, _ -> staykit.setConsent(Consent.all()) }
            .setNegativeButton(R.string.no) { _, _ -> staykit.setConsent(Consent.none()) }
            .show()
    }

    override fun onStart() {
        super.onStart()
        decisions = staykit.onDecision { it.show(this) }
    }

    override fun onStop() {
        decisions?.cancel()
        super.onStop()
    }
}

internal fun LinearLayout.addButton(text: Int, onClick: (View) -> Unit) {
    addView(
        Button(context).apply {
            setText(text)
            setOnClickListener(onClick)
        },
    )
}
