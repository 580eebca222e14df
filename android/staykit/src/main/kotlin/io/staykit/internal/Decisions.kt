package io.staykit.internal

import io.staykit.Content
import io.staykit.Decision
import io.staykit.Outcome
import io.staykit.Staykit
import io.staykit.Subscription

/** Brings decisions to those who listen, each once in a process to each of them. */
internal class Decisions(private val staykit: Staykit, private val session: Session) {
    private class Listener(val hear: (Decision) -> Unit) {
        val heard = HashSet<Decision>()
        var isListening = true
    }

    /** On the main thread only, like everything that listeners see. */
    private val listeners = ArrayList<Listener>()

    fun listen(hear: (Decision) -> Unit): Subscription {
        val listener = Listener(hear)
        Main.post { listeners += listener }
        session.whenOpen { fetch() }
        return Subscription {
            listener.isListening = false
            Main.post { listeners -= listener }
        }
    }

    /** Asks the engine for all that are open. On the worker. */
    fun fetch() {
        val open = session.engine?.let(::open).orEmpty()
        if (open.isEmpty()) return
        Main.post { listeners.toList().forEach { tell(it, open) } }
    }

    /** All that are open, oldest first. On the worker. */
    fun open(engine: CoreEngine): List<Decision> = engine.decisions().map(::decision)

    fun report(decision: Decision, outcome: Outcome): Unit = session.whenOpen { engine ->
        // Its number may be another decision's by now.
        if (decision.installation == session.installation) {
            session.noticed(engine.report(decision.id, outcome))
        } else {
            Log.info("what was shown was erased")
        }
    }

    private fun tell(listener: Listener, open: List<Decision>) {
        // What is not open any more does not come again.
        listener.heard.retainAll(open.toSet())
        for (decision in open) {
            if (listener.isListening && listener.heard.add(decision)) listener.hear(decision)
        }
    }

    private fun decision(core: CoreDecision): Decision {
        val content = Content(core.kind, core.title, core.body, core.action)
        return Decision(staykit, session.installation, core.id, core.campaign, content, core.decidedAtMs, core.isShown, core.why)
    }
}
