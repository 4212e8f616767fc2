// Holds an incident against what really happened: every chapter is told, in order, about the right thing; nothing that others
// did is in it.

import assert from 'node:assert/strict'

import type { Event, Incident, IncidentNode, IncidentStep } from '../../src/model/index.ts'

/** A step with the event that it tells and the things that it is about. */
export interface Told {
  readonly step: IncidentStep
  readonly event: Event | undefined
  readonly nodes: readonly IncidentNode[]
}

export interface Chapter {
  readonly name: string
  /** Its place in the order says nothing: a log has it when it was over. */
  readonly anyTime?: true
  readonly fits: (told: Told) => boolean
}

/** `events`: all that the store has, for steps whose evidence is left out. */
export function toldBy(incident: Incident, events: readonly Event[]): Told[] {
  const bySequence = new Map(events.map((event) => [event.event.sequence ?? 0, event]))
  const byId = new Map(incident.nodes.map((node) => [node.id, node]))
  return incident.steps.map((step) => ({
    step,
    event: step.event ?? bySequence.get(step.sequence),
    nodes: step.nodes.flatMap((id) => byId.get(id) ?? []),
  }))
}

/** Throws with all of the story when a chapter is missing or stands before the one that it followed. */
export function assertChapters(told: readonly Told[], chapters: readonly Chapter[]): void {
  let last = -1
  for (const { name, anyTime, fits } of chapters) {
    const places = told.flatMap((one, index) => (fits(one) ? [index] : []))
    const after = last
    const found = anyTime === true ? places[0] : places.find((place) => place > after)
    const fault =
      places.length === 0 ? 'is not told' : `is told too early, as step ${places[0] ?? 0}, not after ${last}`
    assert.ok(found !== undefined, `${name} ${fault}:\n${outline(told)}`)
    if (anyTime !== true) last = found
  }
}

function outline(told: readonly Told[]): string {
  return told
    .map(({ step, event }, index) => {
      const detected = step.detections.map(({ name }) => ` [${name}]`).join('')
      return `${index} ${step.time} ${event?.event.dataset ?? '?'}/${event?.event.action ?? '?'} ${step.text}${detected} <- ${step.why}`
    })
    .join('\n')
}

/** Whether an address takes part in a step. */
export function isFrom({ event, nodes, step }: Told, address: string): boolean {
  const named = new RegExp(String.raw`(?<![\d.])${address.replaceAll('.', String.raw`\.`)}(?![\d.])`)
  return (
    event?.source?.ip === address ||
    nodes.some(({ id, label, kind }) => kind === 'address' && named.test(`${id} ${label}`)) ||
    named.test(step.text)
  )
}

/** Whether it tells of a request with this in its request line. */
export function isRequest({ event, nodes, step }: Told, text: string): boolean {
  const request = nodes.find(({ kind }) => kind === 'request')
  if (request === undefined && event?.event.dataset !== 'hx.log' && event?.hx?.web === undefined) return false
  const target = `${event?.message ?? ''} ${event?.hx?.web?.target ?? ''} ${step.text} ${request?.label ?? ''}`
  return target.includes(text) || target.includes(decoded(text))
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

/** Process ids of a process and of what descends from it, as the events tell. */
export function descendants(events: readonly Event[], roots: Iterable<number>): Set<number> {
  const pids = new Set(roots)
  for (let before = -1; before !== pids.size;) {
    before = pids.size
    for (const { process } of events) {
      if (process?.parent !== undefined && pids.has(process.parent.pid)) pids.add(process.pid)
    }
  }
  return pids
}

export interface Outside {
  readonly addresses: readonly string[]
  /** What their files have in their paths. */
  readonly paths: readonly string[]
  /** The only processes that may be members; others may be shown as context. */
  readonly pids: ReadonlySet<number>
}

/** Throws when something that others did is in the story. */
export function assertNothingElse(incident: Incident, told: readonly Told[], outside: Outside): void {
  for (const address of outside.addresses) {
    assert.ok(
      !incident.addresses.includes(address),
      `${address} is an address of the incident:\n${outline(told)}`,
    )
    const step = told.find(
      (one) => isFrom(one, address) || one.event?.message?.startsWith(`${address} `) === true,
    )
    assert.equal(step, undefined, `a step of ${address}: ${JSON.stringify(step)}`)
  }
  for (const node of incident.nodes) {
    const what = `${node.id} ${node.label}`
    assert.ok(
      !outside.paths.some((path) => what.includes(path)),
      `a file of somebody else: ${what}\n${outline(told)}`,
    )
    if (node.kind !== 'process' || node.role !== 'member') continue
    const pid = Number(node.facts['process.pid'] ?? /^process:[^:]*:(\d+):/.exec(node.id)?.[1])
    assert.ok(outside.pids.has(pid), `a process of somebody else is a member: ${what}`)
  }
}
