// The processes of the host as rows, for `haechi snapshot` and `haechi diff`.

import { messageOf } from '../../base/app-error.ts'
import type { SnapshotTable, Snapshotter } from '../sensor.ts'
import { noId } from './known.ts'
import { ProcessLook } from './look.ts'
import { isoOfStart, ticksOf } from './moment.ts'
import type { SeenFact } from './tier.ts'

type Row = SnapshotTable['rows'][number]

/**
 * One table, `processes`: every process that the kernel has, without its own threads; `hidden` where /proc does not show
 * it.
 */
export const snapshotProcesses: Snapshotter = async (root) => {
  using look = new ProcessLook(root)
  const rows: Row[] = []
  const problems: string[] = []
  const hidden = new Set<number>()
  if (look.refused !== '')
    problems.push(`the kernel's own list of processes is not to be had: ${look.refused}`)
  try {
    const facts = look.list().filter(({ kernelThread }) => !kernelThread)
    if (root === '') {
      for (const fact of await look.hidden()) {
        hidden.add(fact.pid)
        if (!facts.some(({ pid }) => pid === fact.pid)) facts.push(fact)
      }
    }
    await look.each(facts, (fact) => rows.push(rowOf(fact, hidden.has(fact.pid))))
  } catch (thrown) {
    problems.push(`processes could not be listed: ${messageOf(thrown)}`)
  }
  return [{ name: 'processes', key: ['pid', 'start_ticks'], rows, problems }]
}

function rowOf(fact: SeenFact, isHidden: boolean): Row {
  return {
    pid: fact.pid,
    start_ticks: ticksOf(fact.startNs),
    start: isoOfStart(fact.startNs),
    parent_pid: fact.parentPid,
    name: fact.name,
    executable: fact.executable === '' ? null : fact.executable,
    command_line: fact.args.join(' '),
    uid: fact.credentials?.uid ?? null,
    euid: fact.credentials?.euid ?? null,
    auid: fact.auid === noId ? null : fact.auid,
    session_leader: fact.sessionLeader,
    tty: fact.tty,
    cgroup_id: fact.cgroupId,
    deleted: fact.file?.links === 0,
    memfd: fact.memfd === true,
    hidden: isHidden,
  }
}
