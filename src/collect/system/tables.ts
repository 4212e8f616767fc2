// Tables of the sensors' snapshots as items: their rows, and their problems as notes. The sensors' readers look wherever homes lie;
// where a file system there does not answer, they are not asked, because they would wait for ever.

import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

import { messageOf } from '../../base/app-error.ts'
import type { SnapshotTable, Snapshotter } from '../../sensors/sensor.ts'
import { accountHomes } from '../targets/account-homes.ts'
import type { RowsItem } from '../step.ts'
import { textOf } from './byte-path.ts'
import type { Host } from './host.ts'

const answerMs = 1500
/** Each that does not answer holds one of the runtime's threads. */
const maxAsked = 3

export async function* tables(host: Host, read: Snapshotter): AsyncGenerator<RowsItem> {
  const silent = await silentMountOf(host)
  if (silent !== undefined) {
    host.context.note(
      `${silent} does not answer: what the sensors read of services, jobs and histories is not told`,
    )
    return
  }
  let all: readonly SnapshotTable[]
  try {
    all = await read(host.root)
  } catch (thrown) {
    host.context.note(messageOf(thrown))
    return
  }
  for (const { name, rows, problems } of all) {
    for (const problem of problems) host.context.note(`${name}: ${problem}`)
    yield { kind: 'rows', name, rows }
  }
}

const known = new WeakMap<Host, Promise<string | undefined>>()

/** Asked once for each step: whoever does not answer costs time. */
function silentMountOf(host: Host): Promise<string | undefined> {
  const asked = known.get(host) ?? silentMount(host)
  known.set(host, asked)
  return asked
}

/** The first file system at or above a home, or at a place of the system, that does not tell its root in time. */
async function silentMount(host: Host): Promise<string | undefined> {
  const homes = ['/root', '/home', '/etc', '/usr', '/var', '/run', ...accountHomes(host.tree)]
  let asked = 0
  for (const { point, why } of host.tree.untouchable) {
    const path = `/${textOf(point)}`
    const isOnTheWay =
      homes.some((home) => home === path || home.startsWith(`${path}/`)) || /^\/home\/[^/]+$/.test(path)
    if (!isOnTheWay || (why !== 'of another host' && why !== 'served by a program')) continue
    asked++
    if (asked > maxAsked || !(await answers(host.root + path))) return path
  }
  return undefined
}

async function answers(path: string): Promise<boolean> {
  const stopped = new AbortController()
  const asked = stat(path).then(
    () => true,
    () => true,
  )
  const answer = await Promise.race([asked, delay(answerMs, false, { signal: stopped.signal, ref: true })])
  stopped.abort()
  return answer
}
