// Ends processes that may try to get away: first all of them are stopped, from the top down, again and again until none is new
// and none moves; only then are they killed, from the bottom up. What slips out in between is found in the next round.

import { setTimeout as delay } from 'node:timers/promises'

import { type ProcessName, signalProcess } from '../../platform/linux/pidfd.ts'
import { isEnded, listProcesses, type ProcessList, type ProcessRow } from './process-list.ts'

/** Whether a process belongs to those that are ended; `members` are all that were found so far, by pid. */
export type Belongs = (row: ProcessRow, members: ProcessList, all: ProcessList) => boolean

export interface HuntResult {
  readonly ended: readonly ProcessRow[]
  /** Still there when the time was over: asleep in the kernel, or faster than us. */
  readonly left: readonly ProcessRow[]
}

const stopMs = 5000
const endMs = 20_000

/** Ends what belongs. Never our own process. */
export async function hunt(belongs: Belongs): Promise<HuntResult> {
  const members = new Map<number, ProcessRow>()
  const deadline = performance.now() + endMs
  for (;;) {
    await stopAll(members, belongs)
    for (const row of [...members.values()].toReversed()) signalProcess(row, 'KILL')
    const all = listProcesses()
    const isNew = findNew(members, all, belongs).length > 0
    const left = [...members.values()].filter((row) => isAlive(row, all))
    if (performance.now() > deadline || (left.length === 0 && !isNew)) {
      const pids = new Set(left.map(({ pid }) => pid))
      return { ended: [...members.values()].filter(({ pid }) => !pids.has(pid)), left }
    }
    await delay(2)
  }
}

/** Returns when every member stands still and no new one was found, or the time is over. */
async function stopAll(members: Map<number, ProcessRow>, belongs: Belongs): Promise<void> {
  const deadline = performance.now() + stopMs
  while (performance.now() < deadline) {
    const all = listProcesses()
    const fresh = findNew(members, all, belongs)
    for (const row of fresh) signalProcess(row, 'STOP')
    const moves = [...members.values()].some((row) => isMoving(row, all))
    if (fresh.length === 0 && !moves) return
    await delay(1)
  }
}

/** Adds what belongs to the members, parents before children. */
function findNew(members: Map<number, ProcessRow>, all: ProcessList, belongs: Belongs): ProcessRow[] {
  const fresh: ProcessRow[] = []
  for (let before = -1; before !== fresh.length;) {
    before = fresh.length
    for (const row of all.values()) {
      const known = members.get(row.pid)
      if (known?.startTicks === row.startTicks || isEnded(row) || row.pid === process.pid) continue
      if (!belongs(row, members, all)) continue
      members.set(row.pid, row)
      fresh.push(row)
    }
  }
  return fresh
}

function isAlive(name: ProcessName, all: ProcessList): boolean {
  const now = all.get(name.pid)
  return now?.startTicks === name.startTicks && !isEnded(now)
}

/** It can still do something: neither stopped nor traced nor ended, nor asleep where no signal wakes it. */
function isMoving(name: ProcessName, all: ProcessList): boolean {
  const now = all.get(name.pid)
  return now?.startTicks === name.startTicks && !isEnded(now) && !['T', 't', 'D'].includes(now.state)
}
