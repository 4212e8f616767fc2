// What procfs tells of a process without touching its memory: none of it can be held up by the process.

import { parseProcessStat } from '../../platform/linux/process-stat.ts'
import { capabilityNames } from '../../sensors/process/capabilities.ts'
import { isoOfStart } from '../../sensors/process/moment.ts'
import { namespaceOf } from './mount-table.ts'
import { readLink, readText } from './proc-files.ts'

const tickNs = 10_000_000
const kernelThreadParent = 2
const none = 0xffff_ffff
const namespaceNames = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'] as const

export type Facts = Readonly<Record<string, unknown>>

/** Undefined when there is no such process. `folder` is its folder in procfs. */
export function processFacts(folder: string): Facts | undefined {
  const stat = parseProcessStat(readText(`${folder}/stat`) ?? '')
  if (stat === undefined) return undefined
  const status = fieldsOf(readText(`${folder}/status`) ?? '')
  return {
    pid: stat.pid,
    start_ticks: stat.startTicks,
    start: isoOfStart(stat.startTicks * tickNs),
    parent_pid: stat.parent,
    name: stat.name,
    state: stat.state,
    session_leader: stat.session,
    tty: stat.tty,
    threads: stat.threads,
    cpu_ticks: stat.cpuTicks,
    rss_pages: stat.rssPages,
    kernel_thread: stat.pid === kernelThreadParent || stat.parent === kernelThreadParent,
    ...credentials(status),
    tracer_pid: numberIn(status.get('TracerPid')),
    no_new_privileges: status.get('NoNewPrivs') === '1',
    seccomp: numberIn(status.get('Seccomp')),
    namespace_pids: (status.get('NSpid') ?? '').split('\t').filter(Boolean).map(Number),
    ...signals(status),
    login_uid: idIn(readText(`${folder}/loginuid`)),
    audit_session: idIn(readText(`${folder}/sessionid`)),
    executable: readLink(`${folder}/exe`) ?? null,
    working_directory: readLink(`${folder}/cwd`) ?? null,
    root: readLink(`${folder}/root`) ?? null,
    cgroup: (readText(`${folder}/cgroup`) ?? '').split('\n').filter(Boolean).slice(0, 64),
    namespaces: Object.fromEntries(
      namespaceNames.map((name) => [name, namespaceOf(`${folder}/ns/${name}`) ?? null]),
    ),
    security_label: readText(`${folder}/attr/current`)?.replaceAll('\0', '') ?? null,
    oom_score_adjustment: numberIn(readText(`${folder}/oom_score_adj`)),
    waiting_in: waitingIn(readText(`${folder}/wchan`)),
    kernel_stack: (readText(`${folder}/stack`) ?? '').split('\n').filter(Boolean).slice(0, 64),
    io: countersOf(readText(`${folder}/io`)),
    limits: limitsOf(readText(`${folder}/limits`)),
  }
}

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return fields
}

function credentials(status: ReadonlyMap<string, string>): Facts {
  const ids = (name: string): readonly (number | null)[] => (status.get(name) ?? '').split('\t').map(numberIn)
  const [uid = null, euid = null, suid = null, fsuid = null] = ids('Uid')
  const [gid = null, egid = null, sgid = null, fsgid = null] = ids('Gid')
  const sets = (['Eff', 'Prm', 'Inh', 'Bnd', 'Amb'] as const).map((set) => [
    set,
    capabilityNames(Number.parseInt(status.get(`Cap${set}`) ?? '0', 16)),
  ])
  const capabilities = Object.fromEntries(sets) as Record<string, readonly string[]>
  return {
    uid,
    euid,
    suid,
    fsuid,
    gid,
    egid,
    sgid,
    fsgid,
    groups: (status.get('Groups') ?? '').split(' ').filter(Boolean).map(Number),
    capabilities: {
      effective: capabilities['Eff'],
      permitted: capabilities['Prm'],
      inheritable: capabilities['Inh'],
      ambient: capabilities['Amb'],
      // The bounding set of most processes is everything: its bits say enough.
      bounding: status.get('CapBnd') ?? null,
    },
  }
}

function signals(status: ReadonlyMap<string, string>): Facts {
  return {
    signals_ignored: status.get('SigIgn') ?? null,
    signals_caught: status.get('SigCgt') ?? null,
    signals_blocked: status.get('SigBlk') ?? null,
  }
}

function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : null
}

function idIn(text: string | undefined): number | null {
  const id = numberIn(text)
  return id === none ? null : id
}

function waitingIn(text: string | undefined): string | null {
  return text === undefined || text === '0' || text === '' ? null : text
}

function countersOf(text: string | undefined): Facts | null {
  if (text === undefined) return null
  return Object.fromEntries([...fieldsOf(text)].map(([name, value]) => [name, numberIn(value)]))
}

/** Soft and hard by name, as they are written: numbers or `unlimited`. */
function limitsOf(text: string | undefined): Facts | null {
  if (text === undefined) return null
  const limits: Record<string, readonly [soft: string, hard: string]> = {}
  for (const line of text.split('\n').slice(1)) {
    const found = /^(Max \S+(?: \S+){0,3}?) {2,}(\S+) +(\S+)/.exec(line)
    const [, name = '', soft = '', hard = ''] = found ?? []
    if (found !== null) limits[name.slice('Max '.length)] = [soft, hard]
  }
  return limits
}
