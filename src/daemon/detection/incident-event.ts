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

/** Tells each change of an incident once. */
export class IncidentTeller {
  readonly #told = new Map<number, number>()

  /** Incidents that may grow. */
  get open(): number {
    return this.#told.size
  }

  /** What a stored incident had told already. */
  restore({ id, history }: Incident): void {
    this.#told.set(id, history.length)
  }

  news(incident: Incident): Event[] {
    const { id, history, status } = incident
    const from = this.#told.get(id) ?? 0
    if (status === 'open') this.#told.set(id, history.length)
    else this.#told.delete(id)
    return history.slice(from).map((change) => incidentEvent(incident, change))
  }
}
