// What a daemon with all its threads and children has cost so far, and what it holds, as the kernel counts it.

import { readdirSync, readFileSync } from 'node:fs'

const tickMs = 10

interface Stat {
  readonly parent: number
  /** User and system time, its own and of children that have ended. */
  readonly cpuMs: number
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

function statOf(pid: number): Stat | undefined {
  const text = textOf(`/proc/${pid}/stat`)
  if (text === '') return undefined
  // The name may hold spaces and brackets: fields are counted from behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { parent: Number(fields[1]), cpuMs: ticks * tickMs }
}

const numbers = (folder: string): number[] =>
  readdirSync(folder).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))

/** The process and all that descend from it and live. */
function treeOf(root: number): number[] {
  const parents = new Map(numbers('/proc').map((pid) => [pid, statOf(pid)?.parent ?? 0]))
  const tree = [root]
  for (const pid of tree) {
    for (const [child, parent] of parents) if (parent === pid && !tree.includes(child)) tree.push(child)
  }
  return tree
}

/** User and system time of the process and all that descend from it, milliseconds in steps of 10. */
export function cpuMsOf(pid: number): number {
  return treeOf(pid).reduce((sum, one) => sum + (statOf(one)?.cpuMs ?? 0), 0)
}

/** Processor time of the threads of a process that live, by name, milliseconds. */
export function cpuMsByThread(pid: number): Map<string, number> {
  const byName = new Map<string, number>()
  for (const thread of numbers(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${thread}`
    const name = textOf(`${folder}/comm`).trimEnd()
    const ms = Number(textOf(`${folder}/schedstat`).split(' ', 1)[0]) / 1e6
    byName.set(name, (byName.get(name) ?? 0) + ms)
  }
  return byName
}

/** A thread of the kernel by its name; undefined when there is none. */
export function kernelThread(name: string): number | undefined {
  return numbers('/proc').find(
    (pid) => statOf(pid)?.parent === 2 && textOf(`/proc/${pid}/comm`).trimEnd() === name,
  )
}

/** Bytes that were handed to the disk by the process and its children. */
export function writtenBytes(pid: number): number {
  return treeOf(pid).reduce(
    (sum, one) => sum + Number(/^write_bytes: (\d+)$/m.exec(textOf(`/proc/${one}/io`))?.[1] ?? 0),
    0,
  )
}

export interface Memory {
  /** Bytes. */
  readonly rss: number
  /** Pages that others map too are shared out. */
  readonly pss: number
  readonly anonymous: number
}

export function memoryOf(pid: number): Memory {
  const memory = { rss: 0, pss: 0, anonymous: 0 }
  for (const one of treeOf(pid)) {
    const text = textOf(`/proc/${one}/smaps_rollup`)
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024
    memory.rss += field('Rss')
    memory.pss += field('Pss')
    memory.anonymous += field('Anonymous')
  }
  return memory
}

/** Processes that the host has started since it runs: what others did meanwhile can be told. */
export function forksOfHost(): number {
  return Number(/^processes (\d+)$/m.exec(textOf('/proc/stat'))?.[1] ?? 0)
}
