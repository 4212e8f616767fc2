// What joins by a link: given one end that is a member, whether the other one becomes a member, is only shown, or neither.
// This table is the whole judgement of the engine on cause and effect.

import { isShell, isWritablePlace } from './boundaries.ts'
import { isScript, isSystemProgram } from './places.ts'
import type { LinkKind } from '../model/index.ts'
import type { GraphLink, GraphNode, Story } from './state.ts'

type Joins = 'member' | 'context' | 'no'

/** An address that more programs than these talk to is nobody's sign. */
const maxClients = 3
const maxRuns = 32
const maxVisitors = 16

export function joins(link: GraphLink, self: GraphNode, story: Story): Joins {
  const { forward, back } = table[link.kind]
  const answer = link.from === self ? forward : back
  return typeof answer === 'string' ? answer : answer(link, story)
}

type Answer = Joins | ((link: GraphLink, story: Story) => Joins)

/** `forward`: from the link's beginning to its end. */
const table: Readonly<Record<LinkKind, { readonly forward: Answer; readonly back: Answer }>> = {
  started: { forward: startedChild, back: starter },
  wrote: { forward: written, back: writer },
  changed: { forward: written, back: 'no' },
  deleted: { forward: 'context', back: 'no' },
  ran: { forward: runner, back: program },
  sent: { forward: sentRequest, back: 'member' },
  'asked-for': { forward: askedFile, back: asker },
  uploaded: { forward: 'member', back: 'member' },
  caused: { forward: 'member', back: 'member' },
  'connected-to': { forward: remote, back: otherClient },
  reached: { forward: 'no', back: 'member' },
  opened: { forward: opened, back: 'member' },
  'acted-as': { forward: 'context', back: 'no' },
  defines: { forward: 'member', back: 'member' },
  holds: { forward: 'no', back: 'context' },
}

/** The session of an attacker's address; the processes of a session. */
function opened({ to }: GraphLink, story: Story): Joins {
  return to.kind !== 'session' || isAttacker(story) ? 'member' : 'no'
}

/** Nothing joins by these: they are shown where a member touches them. */
export function isOnlyShown(node: GraphNode): boolean {
  if (node.isShared || node.address?.isCommon === true) return true
  return node.process?.boundary !== undefined
}

/** Something of it was more than an attempt. */
export function isAttacker(story: Story): boolean {
  if (story.success > 0) return true
  for (const rule of story.rules.values()) if (!rule.isNoise) return true
  return false
}

function scoreIn(story: Story, node: GraphNode): number {
  return story.nodes.get(node.id)?.score ?? 0
}

function startedChild({ to }: GraphLink): Joins {
  return to.process?.boundary === undefined ? 'member' : 'context'
}

/** A parent is shown by its child's ancestry; a job whose command ran belongs to it. */
function starter({ from }: GraphLink): Joins {
  return from.kind === 'schedule' || from.kind === 'service' ? 'member' : 'no'
}

function written({ kind, to }: GraphLink, story: Story): Joins {
  if (to.isShared) return 'context'
  const isSystem = isSystemProgram(to.file?.path ?? '')
  return kind === 'changed' && isSystem && scoreIn(story, to) === 0 ? 'context' : 'member'
}

/** Who wrote a file is shown; when it belongs to another incident, both are one. */
function writer({ from }: GraphLink, story: Story): Joins {
  if (from.story !== undefined && from.story !== story) return 'member'
  return 'context'
}

function runner({ from, to }: GraphLink, story: Story): Joins {
  const file = from.file
  if (file === undefined || to.process === undefined || to.process.maintained) return 'no'
  const isDetected = scoreIn(story, from) >= 40
  // Who ran it before somebody changed it ran something else.
  const isAfter = file.taintedMs !== undefined && to.process.executedMicros / 1000 >= file.taintedMs - 1000
  if (!isDetected && !isAfter) return 'no'
  let runs = 0
  for (const { kind, to: other } of from.links) if (kind === 'ran' && other.story === story) runs += 1
  return runs < maxRuns ? 'member' : 'no'
}

/** What a member runs: a program that somebody dropped is part of it, all others are tools. */
function program({ from, to }: GraphLink, story: Story): Joins {
  const file = from.file
  if (file === undefined) return 'no'
  if (from.story !== undefined && from.story !== story) return 'member'
  const isDropped = isWritablePlace(file.path) && file.createdMs !== undefined
  if (isDropped && scoreIn(story, to) >= 40) return 'member'
  return isSystemProgram(file.path) ? 'no' : 'context'
}

function sentRequest({ to: request }: GraphLink, story: Story): Joins {
  if (request.story !== undefined && request.story !== story) return 'member'
  return request.request?.isConfirmed === true ? 'member' : 'no'
}

function askedFile({ from, to }: GraphLink, story: Story): Joins {
  if (to.file === undefined) return 'no'
  if (to.story !== undefined && to.story !== story) return 'member'
  const isNew = to.file.isWebWritten || to.file.createdMs !== undefined
  const { request } = from
  const isOfAttack = request?.isConfirmed === true || (request?.isDetected === true && isAttacker(story))
  if (isNew && isScript(to.file.path) && isOfAttack) return 'member'
  return request?.isDetected === true ? 'context' : 'no'
}

/** Who asks for a script that an attacker left uses it; who asks for a page that was there is a visitor. */
function asker({ from, to }: GraphLink, story: Story): Joins {
  const file = to.file
  if (file === undefined) return 'no'
  if (from.story !== undefined && from.story !== story) return from.story.success > 0 ? 'member' : 'no'
  const client = from.links.find(({ kind }) => kind === 'sent')?.from
  if (client?.story === story) return 'member'
  const isNew = file.isWebWritten || file.createdMs !== undefined
  if (!isNew || !isScript(file.path)) return 'no'
  const visitors = new Set<string>()
  for (const { kind, from: other } of to.links)
    if (kind === 'asked-for') visitors.add(other.request?.client ?? '')
  return visitors.size <= maxVisitors ? 'member' : 'no'
}

/** A place that a detected program, a dropped one, or a shell talks to is the attacker's, unless many use it. */
function remote({ from, to }: GraphLink, story: Story): Joins {
  const facts = from.process
  if (facts === undefined || to.address === undefined || to.address.isCommon) return 'context'
  if (to.address.clients.size > maxClients) return 'context'
  if (to.story !== undefined && to.story !== story) return 'member'
  const isTelling =
    scoreIn(story, from) >= 40 || isWritablePlace(facts.executable) || isShell(facts.executable)
  return isTelling ? 'member' : 'context'
}

function otherClient({ from, to }: GraphLink, story: Story): Joins {
  if (from.process === undefined || from.process.maintained || to.address === undefined) return 'no'
  return to.address.clients.size <= maxClients && isAttacker(story) ? 'member' : 'no'
}
