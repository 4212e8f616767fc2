// An event as it leaves the host: with its sequence, the host, and who saw it (ECS).

import type { Event } from '../model/index.ts'
import type { Origin } from './output.ts'

const ecsVersion = '9.0.0'

/** Puts the constant parts into events that are JSON already, without reading them. */
export function completer(origin: Origin): (json: string, sequence: number) => string {
  const head = JSON.stringify({
    ecs: { version: ecsVersion },
    host: { id: origin.hostId, hostname: origin.hostName, boot: { id: origin.bootId } },
    agent: { type: 'haechi', version: origin.version },
  }).slice(0, -1)
  const mark = '"event":{'
  return (json, sequence) => {
    // The first one is the event's own: before it stands only the time, which holds no such text.
    const at = json.indexOf(mark) + mark.length
    return `${head},${json.slice(1, at)}"sequence":${sequence},${json.slice(at)}`
  }
}

/** A stored event as an object, with its sequence. */
export function eventOf(json: string, sequence: number): Event {
  const event = JSON.parse(json) as Event
  event.event.sequence = sequence
  return event
}
