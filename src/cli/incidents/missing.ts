// What a report of an incident cannot tell: what did not fit, whose evidence is elsewhere, what the sensors lost meanwhile.

import { counted, type IncidentReport } from './report.ts'
import { clockOf } from './story.ts'

/** One sentence each; none when nothing is known to be missing. */
export function missingSentences({ incident, losses }: IncidentReport): string[] {
  const { omitted } = incident
  const left = [
    ...(omitted.nodes > 0 ? [counted(omitted.nodes, ['thing', 'things'])] : []),
    ...(omitted.links > 0 ? [counted(omitted.links, ['link', 'links'])] : []),
    ...(omitted.steps > 0 ? [counted(omitted.steps, ['step', 'steps'])] : []),
  ]
  const bare = incident.steps.filter((step) => step.event === undefined).length
  return [
    ...(left.length === 0
      ? []
      : [`The incident grew too large: ${left.join(', ')} are not in it. The events are in the store.`]),
    ...(bare === 0
      ? []
      : [
          `${counted(bare, ['step has', 'steps have'])} no evidence in this report; the store has it while it keeps the events.`,
        ]),
    ...losses.map(({ source, count, time }) => {
      const what = count === 0 ? 'an unknown number of events' : counted(count, ['event', 'events'])
      return `The sensors lost ${what} of ${source} at ${clockOf(time, 'utc').day} ${clockOf(time, 'utc').time} UTC.`
    }),
  ]
}
