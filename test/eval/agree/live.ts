// How far the steps of the running system agree with the usual programs (procps, iproute2, coreutils) on this host, and how long they
// take. Processes and sockets come and go: what only one look of two has counts for nobody.

import { spawnSync } from 'node:child_process'

import { volatileSteps } from '../../../src/collect/live/index.ts'

interface Measured {
  readonly name: string
  readonly figures: Readonly<Record<string, string>>
}

type Rows = Map<string, Record<string, unknown>[]>

async function collect(): Promise<{ readonly rows: Rows; readonly times: Readonly<Record<string, string>> }> {
  const rows: Rows = new Map()
  const times: Record<string, string> = {}
  for (const step of volatileSteps) {
    const begun = performance.now()
    const context = {
      profile: 'quick',
      root: '',
      note: () => undefined,
      leftMs: () => Math.max(0, step.maxMs.quick - (performance.now() - begun)),
      maxFileBytes: 1 << 30,
      suspects: [],
      environment: 'none',
    } as const
    for await (const item of step.collect(context)) {
      if (item.kind !== 'rows') continue
      const table = rows.get(item.name) ?? []
      rows.set(item.name, table)
      for await (const row of item.rows) table.push(row as Record<string, unknown>)
    }
    times[`${step.id} (ms)`] = (performance.now() - begun).toFixed(0)
  }
  return { rows, times }
}

function lines(command: string, ...args: readonly string[]): string[] {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (done.error !== undefined) throw done.error
  return done.stdout.split('\n').filter(Boolean)
}

/** `agreeing of all`, where all is what the program says twice. */
function share(before: readonly string[], after: readonly string[], ours: ReadonlySet<string>): string {
  const second = new Set(after)
  const lasting = before.filter((line) => second.has(line))
  return `${lasting.filter((line) => ours.has(line)).length} of ${lasting.length}`
}

const processes = (): string[] =>
  lines('ps', '-eo', 'pid=,ppid=,uid=,nlwp=').map((line) => line.trim().replaceAll(/ +/g, ' '))
const sockets = (): string[] =>
  lines('ss', '-HatunO').map((line) => {
    const [transport, , , , local = '', remote = ''] = line.split(/ +/)
    return `${transport ?? ''} ${plain(local)} ${plain(remote)}`
  })

/** Without interface names and brackets; `*` is an unspecified address or port. */
function plain(address: string): string {
  const at = address.lastIndexOf(':')
  const ip = address
    .slice(0, at)
    .replace(/%\w+$/, '')
    .replaceAll(/[[\]]/g, '')
    .replace(/^::ffff:/, '')
  return `${ip === '0.0.0.0' || ip === '::' ? '*' : ip}:${address.slice(at + 1).replace('*', '0')}`
}

/** Runs the steps between two looks of the programs. */
export async function agree(): Promise<Measured> {
  const before = { processes: processes(), sockets: sockets() }
  const { rows, times } = await collect()
  const after = { processes: processes(), sockets: sockets() }
  const all = rows.get('processes') ?? []
  const ours = all.map((row) =>
    ['pid', 'parent_pid', 'euid', 'threads'].map((name) => String(row[name])).join(' '),
  )
  const listed = (rows.get('sockets') ?? []).map((row) => {
    const [local, remote] = ['local', 'remote'].map((side) => {
      const ip = String(row[`${side}_ip`])
      return plain(`${ip}:${String(row[`${side}_port`])}`)
    })
    return `${String(row['transport'])} ${local ?? ''} ${remote ?? ''}`
  })
  const hashed = all.filter((row) => typeof row['executable_sha256'] === 'string')
  const right = hashed.filter((row) => {
    const [line = ''] = lines('sha256sum', `/proc/${String(row['pid'])}/exe`)
    return line === '' || line.startsWith(String(row['executable_sha256']))
  })
  return {
    name: 'live',
    figures: {
      'processes (pid, parent, user, threads) as ps': share(before.processes, after.processes, new Set(ours)),
      'TCP and UDP sockets as ss': share(before.sockets, after.sockets, new Set(listed)),
      'executables as sha256sum of /proc/PID/exe': `${right.length} of ${hashed.length}`,
      'hidden processes': String(all.filter((row) => row['hidden'] !== null).length),
      'hidden ports': String(rows.get('hidden-ports')?.length ?? 0),
      ...times,
    },
  }
}

if (import.meta.main) console.log(await agree())
