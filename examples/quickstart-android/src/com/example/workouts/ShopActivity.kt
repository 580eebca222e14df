package com.example.workouts

import android.app.Activity
import android.app.AlertDialog
import android.os.Bundle
import android.widget.LinearLayout
import io.staykit.Staykit
import io.staykit.Subscription
import io.staykit.Why
import io.staykit.ui.show

/** The shop, where a payment that fails brings help. */
class ShopActivity : Activity() {
    private val staykit get() = Staykit.current!!
    private var decisions: Subscription? = null

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val list = LinearLayout(this).apply { orientation = LinearLayout.VERTICAL }
        list.addButton(R.string.buy) { staykit.record("purchase") { price() } }
        list.addButton(R.string.fails) { staykit.record("payment_failed") { price() } }
        list.addButton(R.string.why) { explain() }
        setContentView(list)
    }

    private fun io.staykit.Properties.price() {
        money("amount", 19_90, "CNY")
        text("item", "strap-21")
    }

    private fun explain() {
        staykit.explain(Why.notShown("payment_help"))
            .then { AlertDialog.Builder(this).setMessage(it).show() }
            .orElse { AlertDialog.Builder(this).setMessage(it.message).show() }
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
