package io.staykit.internal

import io.staykit.Content
import io.staykit.Decision
import io.staykit.Outcome
import io.staykit.Staykit
import io.staykit.Subscription

/** Brings decisions to those who listen, each once in a process to each of them. */
internal class Decisions(private val staykit: Staykit, private val session: Session) {
    private class Listener(val hear: (Decision) -> Unit) {
        val heard = HashSet<Long>()
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
        val open = session.engine?.decisions().orEmpty().map(::decision)
        if (open.isEmpty()) return
        Main.post { listeners.toList().forEach { tell(it, open) } }
    }

    fun report(id: Long, outcome: Outcome): Unit = session.whenOpen { engine ->
        session.noticed(engine.report(id, outcome))
    }

    private fun tell(listener: Listener, open: List<Decision>) {
        for (decision in open) {
            if (listener.isListening && listener.heard.add(decision.id)) listener.hear(decision)
        }
    }

    private fun decision(core: CoreDecision): Decision =
        Decision(staykit, core.id, core.campaign, Content(core.kind, core.title, core.body, core.action))
}
