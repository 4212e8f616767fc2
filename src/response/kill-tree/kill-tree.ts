// Ends a process and everything that it started, also what has lost its parent meanwhile.

import { readFileSync } from 'node:fs'

import { AppError } from '../../base/app-error.ts'
import { pathText } from '../../base/text.ts'
import { executableOf, processFacts } from '../../platform/linux/processes.ts'
import type { Action, JsonObject, Plan } from '../action.ts'
import { ancestors } from '../ancestors.ts'
import { type Belongs, hunt } from './hunt.ts'
import { isEnded, listProcesses, type ProcessList, type ProcessRow, readRow, unitOf } from './process-list.ts'
import { whyNeeded, whyNever } from './protected.ts'

/** Rows that a plan shows; the rest is counted. */
const maxShown = 40
/** Processes that a plan writes down; more are found again when it is done. */
const maxListed = 5000

export const killTree: Action = {
  async plan(target, { force }): Promise<Plan> {
    const root = findRoot(target)
    const all = listProcesses()
    const tree = treeOf(root, all)
    const warnings = refuse(tree, force)
    const units = [...new Set(tree.map(({ pid }) => unitOf(pid)).filter((unit) => unit !== ''))]
    const services = units.filter((unit) => unit.endsWith('.service'))
    return Promise.resolve({
      action: 'kill-tree',
      target: `${bootId()}:${root.pid}:${root.startTicks}`,
      steps: [
        `stop these processes, then kill them, and every one that they start meanwhile: ${tree.length}`,
        ...tree.slice(0, maxShown).map((row) => describe(row)),
        ...(tree.length > maxShown ? [`… and ${tree.length - maxShown} more`] : []),
      ],
      warnings: [
        ...warnings,
        ...services.map((unit) => `systemd may start ${unit} again; systemctl stop ${unit} ends it for good`),
      ],
      isReversible: false,
      touches: {
        units,
        paths: [...new Set(tree.map(({ pid }) => pathText(executableOf(pid))).filter((path) => path !== ''))],
      },
      data: {
        root: placeOf(root),
        above: parentsOf(root, all).map(({ pid, startTicks }) => [pid, startTicks]),
        members: tree.slice(0, maxListed).map(({ pid, startTicks }) => [pid, startTicks]),
      },
    })
  },

  async apply(plan) {
    const { ended, left } = await hunt(belongsToTree(readData(plan.data)))
    const results = [
      { text: `processes ended: ${ended.length}`, ok: true },
      ...left.slice(0, maxShown).map((row) => ({ text: `still there: ${describe(row)}`, ok: false })),
    ]
    if (ended.length + left.length === 0) throw new AppError('not-found', 'the processes have ended already')
    return { results, data: plan.data }
  },

  undo() {
    throw new AppError('unsupported', 'processes that were ended cannot be brought back')
  },
}

/** By pid, or by process.entity_id, which names the process for good. */
function findRoot(target: string): ProcessRow {
  const [, boot, pid = '', start] = /^(?:([\da-f]{8}):)?(\d{1,10})(?::(\d{1,20}))?$/.exec(target) ?? []
  if (pid === '' || (boot === undefined) !== (start === undefined)) {
    throw new AppError('usage', `${target} is no process`, {
      hint: 'give its pid, or its process.entity_id as events have it (BOOT:PID:START)',
    })
  }
  if (boot !== undefined && boot !== bootId())
    throw new AppError('not-found', `${target} was a process of an earlier boot`)
  const row = readRow(Number(pid))
  if (row === undefined || isEnded(row)) throw new AppError('not-found', `process ${pid} has ended`)
  if (start !== undefined && row.startTicks !== Number(start))
    throw new AppError('not-found', `process ${pid} is another one by now: ${target} has ended`)
  return row
}

/** The root first, parents before children. */
function treeOf(root: ProcessRow, all: ProcessList): ProcessRow[] {
  const children = new Map<number, ProcessRow[]>()
  for (const row of all.values()) {
    if (isEnded(row)) continue
    const siblings = children.get(row.parent)
    if (siblings === undefined) children.set(row.parent, [row])
    else siblings.push(row)
  }
  const tree = [root]
  const known = new Set([root.pid])
  // The list grows while it is walked: breadth first.
  for (const { pid } of tree) {
    for (const child of children.get(pid) ?? []) {
      if (known.has(child.pid)) continue
      known.add(child.pid)
      tree.push(child)
    }
  }
  return tree
}

/** Parents of the root: often as old as it in ticks of the clock, and in its session and group. */
function parentsOf(root: ProcessRow, all: ProcessList): ProcessRow[] {
  const rows: ProcessRow[] = []
  for (let row = all.get(root.parent); row !== undefined; row = all.get(row.parent)) {
    if (rows.includes(row)) break
    rows.push(row)
  }
  return rows
}

/** What force overrides, as warnings. Throws AppError for what is never ended, and for the rest without force. */
function refuse(tree: readonly ProcessRow[], force: boolean): string[] {
  const own = new Set(ancestors())
  const warnings: string[] = []
  for (const row of tree) {
    const name = `process ${row.pid} (${row.name})`
    const never = own.has(row.pid) ? 'it is the one that asks, or above it' : whyNever(row)
    if (never !== '') throw new AppError('permission', `${name} is not ended: ${never}`)
    const why = whyNeeded(row)
    if (why === '') continue
    if (!force)
      throw new AppError('permission', `${name} is not ended: ${why}`, {
        hint: '--force ends it all the same',
      })
    warnings.push(`${name}: ${why}`)
  }
  return warnings
}

interface RootPlace {
  readonly pid: number
  readonly startTicks: number
  readonly group: number
  readonly session: number
}

function placeOf({ pid, startTicks, group, session }: ProcessRow): JsonObject {
  return { pid, startTicks, group, session }
}

interface Planned {
  readonly root: RootPlace
  /** Start of each process above the root, by pid; these are never of the tree. */
  readonly above: ReadonlyMap<number, number>
  readonly members: ReadonlyMap<number, number>
}

function readData(data: JsonObject): Planned {
  const { root, above, members } = data as unknown as {
    root: RootPlace
    above: readonly (readonly [number, number])[]
    members: readonly (readonly [number, number])[]
  }
  return { root, above: new Map(above), members: new Map(members) }
}

/**
 * What the plan named, what those start, whole sessions of theirs, and orphans: adopted by a process outside of the root's
 * session, but still in its session, in a process group of the tree, and not older than the root.
 */
function belongsToTree({ root, above: parents, members: planned }: Planned): Belongs {
  const groups = new Set([root.group])
  const own = new Set(ancestors())
  return (row, members, all) => {
    if (row.startTicks < root.startTicks || own.has(row.pid) || whyNever(row) !== '') return false
    if (parents.get(row.pid) === row.startTicks) return false
    const isMember =
      planned.get(row.pid) === row.startTicks ||
      isChild(row, members) ||
      isOfSession(row, members) ||
      isOrphan(row, root, { groups, all })
    if (isMember && row.session === root.session) groups.add(row.group)
    return isMember
  }
}

function isChild(row: ProcessRow, members: ProcessList): boolean {
  const parent = members.get(row.parent)
  return parent !== undefined && parent.startTicks <= row.startTicks
}

/** The number of a session is not given to another process while one of the session lives. */
function isOfSession(row: ProcessRow, members: ProcessList): boolean {
  const leader = members.get(row.session)
  return leader !== undefined && leader.session === leader.pid && leader.startTicks <= row.startTicks
}

function isOrphan(
  row: ProcessRow,
  root: RootPlace,
  { groups, all }: { readonly groups: ReadonlySet<number>; readonly all: ProcessList },
): boolean {
  // 0: of a session outside of our pid namespace, which says nothing.
  if (root.session === 0 || row.session !== root.session || !groups.has(row.group) || row.pid === root.pid)
    return false
  return all.get(row.parent)?.session !== root.session
}

function describe(row: ProcessRow): string {
  const { commandLine } = processFacts(row.pid)
  return `${row.pid} ${row.name}: ${commandLine === '' ? `[${row.name}]` : commandLine.slice(0, 200)}`
}

/** As process.entity_id begins. */
function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)
}
