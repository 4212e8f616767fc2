// Processes: who started whom, which file they run, and which request, job or session they came of.

import type { Event } from '../model/index.ts'
import { join } from 'node:path/posix'

import { isInterpreter, isShell } from './boundaries.ts'
import { isSystemProgram, isWindowsPath } from './places.ts'
import type { Observed, Seen } from './seen.ts'
import type { GraphNode } from './state.ts'
import { shortName } from './things.ts'
import type { World } from './world.ts'

const silent: ReadonlySet<string> = new Set(['exit', 'process-gone', 'process-seen', 'process-lost'])

export function observeProcess(world: World, { event, ms }: Observed): Seen {
  const actor = event.process === undefined ? undefined : world.things.process(event.process, event)
  const { action } = event.event
  if (actor === undefined) return { actor, others: [], subjects: [], isSilent: true }
  if (action === 'exec' || action === 'process-seen') ran(world, actor, { event, ms })
  return {
    actor,
    others: [],
    subjects: [actor],
    isSilent: silent.has(action) && event.event.kind !== 'alert',
  }
}

type When = Pick<Observed, 'event' | 'ms'>

function ran(world: World, node: GraphNode, when: When): void {
  const facts = node.process
  if (facts === undefined) return
  for (const path of programs(node, when)) linkProgram(world, node, { path, when })
  if (when.event.event.action !== 'exec') return
  world.commands.add(node, when.ms)
  const parent = facts.parent?.process
  if (facts.logon !== '' && facts.logon !== parent?.logon)
    linkLogon(world, node, { logon: facts.logon, when })
  if (facts.parent === undefined || parent === undefined) return
  if (parent.boundary === 'web' && facts.boundary !== 'web') world.web.started(node, facts.parent, when)
  if (parent.boundary === 'cron' || parent.boundary === 'manager') linkJob(world, node, when)
  if (parent.boundary === 'login' && facts.boundary !== 'login') linkSession(world, node, when)
}

/** The executable, the name it was started by, and the script that it interprets; absolute paths. */
function programs(node: GraphNode, { event }: When): ReadonlySet<string> {
  const paths = new Set<string>()
  const facts = node.process
  if (facts === undefined) return paths
  const add = (path: string | undefined): void => {
    if (path === undefined || path === '' || path.length > 4096) return
    if (isWindowsPath(path)) paths.add(path)
    else if (path.startsWith('/')) paths.add(path.includes('/.') ? join(path) : path)
    else if (facts.directory.startsWith('/')) paths.add(join(facts.directory, path))
  }
  add(facts.executable)
  const filename = event.hx?.process?.['filename']
  if (typeof filename === 'string' && filename.includes('/')) add(filename)
  if (isInterpreter(facts.executable)) {
    const script = facts.args.slice(1, 8).find((arg) => !arg.startsWith('-'))
    const isCommand = isShell(facts.executable) && facts.args.slice(1, 4).some((arg) => /^-\w*c$/.test(arg))
    if (!isCommand && script !== undefined && script.length < 1024) add(script)
  }
  return paths
}

function linkProgram(
  world: World,
  node: GraphNode,
  { path, when }: { readonly path: string; readonly when: When },
): void {
  // Programs of the system are run all the time: they matter only when something changed them.
  const file = isSystemProgram(path) ? world.things.fileIfKnown(path) : world.things.file(path, when.event)
  if (file === undefined || file.isShared) return
  const why = `${shortName(node)} runs ${path}`
  world.memory.link({ from: file, to: node, kind: 'ran', why, event: when.event })
}

function linkJob(world: World, node: GraphNode, { event }: When): void {
  const job = world.jobs.of(node)
  if (job === undefined) return
  const why = `the command of ${shortName(node)} is the one of ${job.label}`
  world.memory.link({ from: job, to: node, kind: 'started', why, event })
}

function linkSession(world: World, leader: GraphNode, { event }: When): void {
  const session = world.sessions.of(leader)
  if (session === undefined) return
  const why = `${shortName(leader)} is the shell of this session`
  world.memory.link({ from: session, to: leader, kind: 'opened', why, event })
}

/** The first process of a logon from another host; what runs in a logon at the host's own desktop says nothing by that. */
function linkLogon(
  world: World,
  node: GraphNode,
  { logon, when }: { readonly logon: string; readonly when: When },
): void {
  const session = world.sessions.byKey(logon)
  if (session?.facts['source.ip'] === undefined) return
  const why = `${shortName(node)} began to run in this session (logon ${logon})`
  world.memory.link({ from: session, to: node, kind: 'opened', why, event: when.event })
}

/** Commands that people typed, and what became of the record of them. */
export function observeHistory(world: World, { event, ms }: Observed): Seen {
  const path = event.file?.path
  const file = path === undefined ? undefined : world.things.file(path, event)
  const told = event.process === undefined ? undefined : world.things.process(event.process, event)
  const others = file === undefined ? [] : [file]
  if (event.event.action === 'command') {
    if (told !== undefined) world.commands.add(told, ms, typedIn(event))
    return { actor: told, others: [], subjects: told === undefined ? [] : [told], isFleeting: true }
  }
  const actor =
    told ??
    (path === undefined
      ? undefined
      : world.commands.find(ms, 10_000, (node) => node.process?.commandLine.includes(path) === true))
  if (actor !== undefined && file !== undefined) {
    const why =
      told === undefined
        ? `the command of ${shortName(actor)} names ${file.label}`
        : `${shortName(actor)} changed ${file.label}`
    world.memory.link({ from: actor, to: file, kind: 'changed', why, event })
  }
  return { actor: actor ?? file, others, subjects: actor === undefined ? others : [actor] }
}

function typedIn({ hx }: Event): string {
  const history = hx?.['history']
  const command =
    typeof history === 'object' && history !== null && 'command' in history ? history.command : ''
  return typeof command === 'string' ? command : ''
}
