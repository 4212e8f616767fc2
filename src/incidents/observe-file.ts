// Files: who wrote them, what they define, and what the engine says of them.

import type { Event, LinkKind } from '../model/index.ts'
import { isInWebRoot, isScript } from './places.ts'
import type { Observed, Seen } from './seen.ts'
import type { GraphNode, ProcessFacts } from './state.ts'
import { shortName } from './things.ts'
import { cut } from './short-text.ts'
import type { World } from './world.ts'

const kinds: Readonly<Record<string, LinkKind>> = {
  create: 'wrote',
  write: 'wrote',
  rename: 'wrote',
  delete: 'deleted',
  'autostart-added': 'wrote',
  'autostart-changed': 'wrote',
  'autostart-removed': 'deleted',
  'setuid-removed': 'deleted',
  'setgid-removed': 'deleted',
  'capability-removed': 'deleted',
}

const verbs: Readonly<Record<string, string>> = { wrote: 'wrote', deleted: 'deleted', changed: 'changed' }

export function observeFile(world: World, observed: Observed): Seen {
  const { event, ms } = observed
  const path = event.file?.path ?? ''
  if (path === '') return { actor: undefined, others: [], subjects: [], isSilent: true }
  const actor = event.process === undefined ? undefined : world.things.process(event.process, event)
  const facts = actor?.process
  const isAlert = event.event.kind === 'alert' || observed.detections.length > 0
  // What packages bring is the distribution's: thousands of files that nobody asks for again.
  if (!isAlert && facts !== undefined && isMaintenance(facts))
    return { actor, others: [], subjects: [], isSilent: true }
  const kind = kinds[event.event.action] ?? 'changed'
  const file = fileOf(world, event, path)
  if (file.file !== undefined) update(file, { event, ms, kind })
  if (event.file?.type === 'dir' && kind === 'changed')
    return { actor, others: [file], subjects: [actor ?? file], isFleeting: true }
  if (actor === undefined || facts === undefined) return { actor: file, others: [], subjects: [file] }
  world.memory.link({ from: actor, to: file, kind, why: `${shortName(actor)} ${verbs[kind]} ${path}`, event })
  if (facts.boundary === 'web') return served(world, observed, { file, worker: actor, kind })
  if (isInWebRoot(path) && isScript(path) && kind === 'wrote') world.web.served(file)
  // A service that only keeps its own files is not what a detection on one of them is about.
  const isOwnDoing = facts.boundary === undefined
  return { actor, others: [file], subjects: isOwnDoing ? [actor, file] : [file] }
}

function isMaintenance({ boundary, maintained }: ProcessFacts): boolean {
  return boundary === 'packages' || maintained
}

/** Not the server's own doing: that of a request which is to be found. */
function served(
  world: World,
  observed: Observed,
  { file, worker, kind }: { readonly file: GraphNode; readonly worker: GraphNode; readonly kind: LinkKind },
): Seen {
  if (file.file !== undefined && kind === 'wrote' && !file.isShared) {
    file.file.isWebWritten = true
    world.web.wrote(file, worker, observed)
  }
  return { actor: file, others: [worker], subjects: [file] }
}

/** A file that was deleted and is there again with another inode is another one. */
function fileOf(world: World, event: Event, path: string): GraphNode {
  const known = world.things.file(path, event)
  const { inode } = event.file ?? {}
  if (known.file?.isDeleted !== true || inode === undefined || inode === known.file.inode) return known
  if (kinds[event.event.action] !== 'wrote') return known
  return world.things.fileAnew(path, inode, event)
}

function update(
  node: GraphNode,
  { event, ms, kind }: { readonly event: Event; readonly ms: number; readonly kind: LinkKind },
): void {
  const facts = node.file
  if (facts === undefined) return
  const { action } = event.event
  if (action === 'create' || action === 'rename' || action === 'autostart-added') {
    facts.createdMs ??= ms
    facts.isDeleted = false
    node.facts['file.created'] ??= event['@timestamp']
  }
  if (kind === 'deleted' && (action === 'delete' || action === 'autostart-removed')) facts.isDeleted = true
  if (event.file?.inode !== undefined) facts.inode = event.file.inode
  const { facts: shown } = node
  if (event.file?.mode !== undefined) shown['file.mode'] = event.file.mode
  if (event.file?.owner !== undefined) shown['file.owner'] = event.file.owner
  if (event.file?.size !== undefined) shown['file.size'] = event.file.size
  if (event.file?.inode !== undefined) shown['file.inode'] = event.file.inode
  if (event.file?.hash?.sha256 !== undefined) shown['file.hash.sha256'] = event.file.hash.sha256
}

/** Jobs and services: what the host will do by itself, by the file that says so. */
export function observeJob(world: World, { event }: Observed): Seen {
  const { command, name, kind } = jobOf(event)
  const path = event.file?.path
  const actor = event.process === undefined ? undefined : world.things.process(event.process, event)
  if (kind === 'service' && path === undefined)
    return { actor: undefined, others: [], subjects: [], isSilent: true }
  const job = world.things.other(kind, path === undefined ? name : `${path}#${command || name}`, name)
  if (command !== '')
    job.facts[kind === 'schedule' ? 'hx.schedule.command' : 'hx.service.exec'] = cut(command)
  if (/removed|disabled|masked$/.test(event.event.action)) world.jobs.remove(command)
  else world.jobs.add(command, job)
  const others: GraphNode[] = [job]
  if (path !== undefined) {
    const file = world.things.file(path, event)
    world.memory.link({ from: file, to: job, kind: 'defines', why: `${path} says what it runs`, event })
    others.push(file)
    if (actor?.process !== undefined && !isMaintenance(actor.process)) {
      const isRemoval = event.event.action.endsWith('removed')
      const why = `${shortName(actor)} ${isRemoval ? 'removed' : 'wrote'} ${path}`
      world.memory.link({ from: actor, to: file, kind: isRemoval ? 'deleted' : 'wrote', why, event })
    }
  }
  const isOwnDoing = actor?.process !== undefined && actor.process.boundary === undefined
  return { actor: isOwnDoing ? actor : job, others, subjects: isOwnDoing ? [actor, job] : [job] }
}

function jobOf(event: Event): {
  readonly command: string
  readonly name: string
  readonly kind: 'schedule' | 'service'
} {
  const schedule = fieldsOf(event.hx?.['schedule'])
  const service = fieldsOf(event.hx?.['service'])
  if (event.event.dataset === 'hx.schedule') {
    const command = text(schedule['command'])
    const when = text(schedule['schedule'])
    const label = command === '' ? (event.file?.path ?? 'a job') : `${when} ${command}`.trim()
    return { command, name: label, kind: 'schedule' }
  }
  const { exec } = service
  const command = Array.isArray(exec) ? text(exec[0]) : text(exec)
  return { command, name: event.service?.name ?? event.file?.path ?? 'a service', kind: 'service' }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? cut(value, 4096) : ''
}

/** What the engine found in a file: whoever opened it is shown, and is not its writer. */
export function observeVerdict(world: World, { event, ms }: Observed): Seen {
  const path = event.file?.path
  if (path === undefined || event.hx?.verdict?.status !== 'found')
    return { actor: undefined, others: [], subjects: [], isSilent: true }
  const file = world.things.file(path, event)
  const opener = event.process === undefined ? undefined : world.things.process(event.process, event)
  file.facts['hx.verdict.names'] = cut(event.hx.verdict.names.join(', '), 200)
  if (event.file?.hash?.sha256 !== undefined) file.facts['file.hash.sha256'] = event.file.hash.sha256
  if (file.file !== undefined) file.file.taintedMs ??= Math.min(ms, file.file.createdMs ?? 0)
  if (isInWebRoot(path)) world.web.served(file)
  return { actor: file, others: opener === undefined ? [] : [opener], subjects: [file] }
}
