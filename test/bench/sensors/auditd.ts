// Linux's audit daemon as it is cheapest: RAW format, one rule for the starts of programs, a configuration of its own.
// The kernel's settings of audit are put back afterwards.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { Bench } from './bench.ts'
import type { Delivered, Observer, Watching } from './observer.ts'
import { cpuMsOf, kernelThread, writtenBytes } from './process-cost.ts'
import { lastArgument, type Load } from './spawner.ts'

const auditd = '/usr/sbin/auditd'
const auditctl = '/usr/sbin/auditctl'
const key = 'haechi-bench'
const rule = ['always,exit', '-F', 'arch=b64', '-S', 'execve,execveat', '-k', key]
const waitForPlaceMs = 60_000

export function hasAuditd(): boolean {
  return existsSync(auditd) && existsSync(auditctl)
}

type Settings = Readonly<Record<string, number>>

function control(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(auditctl, args, { encoding: 'utf8', timeout: 10_000 })
  if (status !== 0) throw new Error(`auditctl ${args.join(' ')}: ${stderr}`)
  return stdout
}

function readSettings(): Settings {
  const lines = control(['-s']).split('\n')
  return Object.fromEntries(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]))
}

/** Only one process gets the records: whoever has them now (a test of somebody else) is waited for. */
async function untilFree(): Promise<Settings> {
  const end = performance.now() + waitForPlaceMs
  for (;;) {
    const settings = readSettings()
    if (settings['pid'] === 0) return settings
    if (performance.now() > end) throw new Error(`process ${settings['pid']} already gets the audit records`)
    await delay(500)
  }
}

function writeConfig(folder: string): string {
  const plugins = join(folder, 'plugins.d')
  mkdirSync(plugins)
  const log = join(folder, 'audit.log')
  const options = {
    local_events: 'yes',
    write_logs: 'yes',
    log_file: log,
    log_group: 'root',
    log_format: 'RAW',
    flush: 'INCREMENTAL_ASYNC',
    freq: 50,
    // One file for all that is counted.
    max_log_file: 2000,
    num_logs: 2,
    max_log_file_action: 'IGNORE',
    priority_boost: 4,
    name_format: 'NONE',
    space_left: 75,
    space_left_action: 'IGNORE',
    admin_space_left: 50,
    admin_space_left_action: 'IGNORE',
    disk_full_action: 'IGNORE',
    disk_error_action: 'IGNORE',
    plugin_dir: plugins,
  }
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}\n`)
  writeFileSync(join(folder, 'auditd.conf'), lines.join(''), { mode: 0o640 })
  return log
}

/** The kernel's buffer as Debian's own rules make it; nobody waits for the daemon. */
function setUp({ cleanUp }: Bench, before: Settings): () => void {
  const back = (): void => {
    spawnSync(auditctl, ['-d', ...rule], { timeout: 10_000 })
    const { enabled = 0, backlog_limit: limit = 64, backlog_wait_time: wait = 0 } = before
    for (const args of [
      ['-b', `${limit}`],
      ['--backlog_wait_time', `${wait}`],
      ['-e', `${enabled}`],
    ])
      spawnSync(auditctl, args, { timeout: 10_000 })
  }
  const taken = cleanUp.add(back)
  control(['-b', '8192'])
  control(['--backlog_wait_time', '60000'])
  control(['-a', ...rule])
  control(['-e', '1'])
  return () => {
    taken()
    back()
  }
}

export async function startAuditd(bench: Bench): Promise<Watching & { readonly pid: number }> {
  const folder = mkdtempSync(join(bench.folder, 'auditd-'))
  const log = writeConfig(folder)
  const before = await untilFree()
  const child = spawn(auditd, ['-n', '-s', 'enable', '-c', folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  const pid = child.pid ?? 0
  const taken = bench.cleanUp.addProcess(pid)
  let problem = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (problem = (problem + text).slice(-2000)))
  const ended = once(child, 'close')
  const end = performance.now() + 10_000
  while (readSettings()['pid'] !== pid) {
    if (child.exitCode !== null || performance.now() > end)
      throw new Error(`auditd did not start: ${problem}`)
    await delay(50)
  }
  const putBack = setUp(bench, before)
  const kauditd = kernelThread('kauditd')
  const kernelMs = (): number => (kauditd === undefined ? 0 : cpuMsOf(kauditd))
  const kernelBefore = kernelMs()
  let lost = readSettings()['lost'] ?? 0
  return {
    pid,
    cpuMs: () => cpuMsOf(pid) + kernelMs() - kernelBefore,
    parts: async () => [
      { name: 'auditd', ms: cpuMsOf(pid) },
      { name: 'kauditd', ms: kernelMs() - kernelBefore },
    ],
    keptBytes: async () => statSync(log).size,
    writtenBytes: () => writtenBytes(pid),
    async delivered(load, program) {
      const now = readSettings()['lost'] ?? 0
      const result = { execs: countRuns(log, load, program), lost: now - lost }
      lost = now
      return result satisfies Delivered
    },
    async stop() {
      putBack()
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(timer)
      taken()
    },
  }
}

/** Runs whose every argument is in the log. Arguments with blanks are written in hexadecimal. */
function countRuns(log: string, { tag }: Load, program: string): number {
  const last = Buffer.from(lastArgument).toString('hex').toUpperCase()
  const pattern = new RegExp(
    `^type=EXECVE .* argc=4 a0="${program}" a1="${tag}" a2="(\\d+)" a3=${last}$`,
    'gm',
  )
  const runs = new Set<string>()
  for (const match of readFileSync(log, 'latin1').matchAll(pattern)) runs.add(match[1] ?? '')
  return runs.size
}

export const auditdObserver: Observer = { id: 'auditd', title: 'auditd, RAW', start: startAuditd }
