// Processes as a tree: each below its parent, orphans and loops at the root.

import type { Event } from '../../model/index.ts'

export interface TreeRow {
  readonly event: Event
  /** How the branch is drawn, e.g. `│ └─ `. */
  readonly branch: string
}

interface Waiting extends TreeRow {
  readonly indent: string
}

/** Deeper branches are drawn no further to the right. */
const maxIndent = 120

export function treeOf(events: readonly Event[]): TreeRow[] {
  const byPid = new Map<number, Event>()
  for (const event of events) if (event.process !== undefined) byPid.set(event.process.pid, event)
  const children = new Map<number, Event[]>()
  const roots: Event[] = []
  for (const event of byPid.values()) {
    const parent = event.process?.parent?.pid ?? 0
    if (parent === event.process?.pid || !byPid.has(parent)) roots.push(event)
    else children.set(parent, [...(children.get(parent) ?? []), event])
  }
  const rows: TreeRow[] = []
  const seen = new Set<number>()
  // Parents that point at each other are reached from no root (facts from different times): they come last.
  const waiting: Waiting[] = [...roots.toSorted(byPidOrder), ...byPid.values()]
    .map((event) => ({ event, indent: '', branch: '' }))
    .toReversed()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { event, indent, branch } = next
    const pid = event.process?.pid ?? 0
    if (seen.has(pid)) continue
    seen.add(pid)
    rows.push({ event, branch })
    const below = (children.get(pid) ?? []).toSorted(byPidOrder)
    const isDeep = indent.length >= maxIndent
    const last = below.at(-1)
    waiting.push(
      ...below.toReversed().map((child) => ({
        event: child,
        indent: isDeep ? indent : `${indent}${child === last ? '   ' : '│  '}`,
        branch: `${indent}${child === last ? '└─ ' : '├─ '}`,
      })),
    )
  }
  return rows
}

function byPidOrder(a: Event, b: Event): number {
  return (a.process?.pid ?? 0) - (b.process?.pid ?? 0)
}
