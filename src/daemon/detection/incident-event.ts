// What becomes of an incident, as an event: for the outputs, and for who follows the events.

import type { Event, Incident, IncidentChange, IncidentLevel } from '../../model/index.ts'

const severityOf: Readonly<Record<IncidentLevel, number>> = {
  informational: 10,
  low: 30,
  medium: 50,
  high: 75,
  critical: 95,
}

function incidentEvent(incident: Incident, change: IncidentChange): Event {
  const { id, level, score, title, techniques } = incident
  return {
    '@timestamp': new Date().toISOString(),
    event: {
      kind: change.change === 'opened' || change.change === 'raised' ? 'alert' : 'event',
      category: ['intrusion_detection'],
      type: ['info'],
      action: change.change,
      dataset: 'hx.incident',
      provider: 'incidents',
      reason: change.why,
      severity: severityOf[level],
    },
    message: `incident ${id} (${level}): ${title}`,
    ...(techniques.length === 0 ? {} : { threat: { technique: { id: techniques } } }),
    hx: { incident: { id, level, score } },
  }
}

/** More than the incident engine remembers. */
const maxClosed = 1000

/** Tells each change of an incident once. */
export class IncidentTeller {
  /** Changes told, by incident. */
  readonly #open = new Map<number, number>()
  /** Those that may be opened again, in the order in which they were closed. */
  readonly #closed = new Map<number, number>()

  /** Incidents that may grow. */
  get open(): number {
    return this.#open.size
  }

  /** What a stored incident had told already. */
  restore({ id, history, status }: Incident): void {
    this.#open.delete(id)
    this.#closed.delete(id)
    const told = status === 'open' ? this.#open : this.#closed
    told.set(id, history.length)
    for (const oldest of this.#closed.keys()) {
      if (this.#closed.size <= maxClosed) break
      this.#closed.delete(oldest)
    }
  }

  news(incident: Incident): Event[] {
    const { id, history } = incident
    const from = this.#open.get(id) ?? this.#closed.get(id) ?? 0
    this.restore(incident)
    return history.slice(from).map((change) => incidentEvent(incident, change))
  }
}
