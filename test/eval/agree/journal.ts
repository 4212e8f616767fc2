// Journal files against journalctl (package systemd), entry by entry and field by field: files that systemd-journal-remote
// writes (package systemd-journal-remote) in each form that it can, files of our own writer in the forms that only older
// systems wrote, and what journalctl and we find in files that were damaged. Then how fast both are.

import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { type JournalEntry, readJournal } from '../../../src/evidence/journal/index.ts'
import { Notes } from '../../../src/evidence/note.ts'
import { openFileSource } from '../../../src/evidence/source.ts'
import { lz4Packer, xzPacker, zstdPacker } from '../../support/journal-packers.ts'
import { type JournalPacker, writeJournal } from '../../support/journal-writer.ts'
import { randomBytes } from '../../support/random.ts'

const oracleProgram = '/usr/bin/journalctl'
const remote = '/usr/lib/systemd/systemd-journal-remote'
const writtenEntries = 20_000
const boot = '11112222333344445555666677778888'

interface Made {
  readonly us: number
  readonly fields: readonly (readonly [string, string | Uint8Array])[]
}

/** Entries of many programs: shared and own values, long ones, repeated fields, bytes that are no text. */
function makeEntries(count: number, seed: number): Made[] {
  const noise = randomBytes(count, seed)
  let us = 1_795_341_980_476_332
  return Array.from({ length: count }, (_, index) => {
    const chance = noise[index] ?? 0
    us += 1 + chance * 20_011
    const fields: [string, string | Uint8Array][] = [
      ['MESSAGE', `Failed password for root from 10.0.0.${index % 250} port ${index} ssh2`],
      ['_HOSTNAME', 'host'],
      ['_PID', String(index % 500)],
      ['SYSLOG_IDENTIFIER', ['sshd', 'sudo', 'CRON', 'kernel'][index % 4] ?? ''],
      ['PRIORITY', String(index % 8)],
    ]
    if (index % 50 === 0) fields.push(['LONG', `${'x'.repeat(600 + chance * 36)}${index}`])
    if (index % 70 === 0) fields.push(['TWICE', 'first'], ['TWICE', `second ${index}`])
    if (index % 90 === 0) fields.push(['BYTES', randomBytes(30, index)])
    if (index % 110 === 0) fields.push(['TEXT', 'tab\t한글\u0007 \u{fffd} line\nend'])
    return { us, fields }
  })
}

/** The Journal Export Format. */
function exported(entries: readonly Made[]): Buffer {
  const parts: Buffer[] = []
  for (const [index, { us, fields }] of entries.entries()) {
    parts.push(
      Buffer.from(
        `__REALTIME_TIMESTAMP=${us}\n__MONOTONIC_TIMESTAMP=${1000 + 7 * index}\n_BOOT_ID=${boot}\n`,
      ),
    )
    for (const [name, value] of fields) {
      const size = Buffer.alloc(8)
      const bytes = Buffer.from(value)
      size.writeBigUInt64LE(BigInt(bytes.length))
      parts.push(Buffer.from(`${name}\n`), size, bytes, Buffer.from('\n'))
    }
    parts.push(Buffer.from('\n'))
  }
  return Buffer.concat(parts)
}

interface Figures {
  files: number
  entries: number
  entriesEqual: number
  fields: number
  fieldsEqual: number
  notes: number
}

/** Lines of `journalctl -o json`, in a file: they are larger than a pipe's buffer may be. */
function journalctl(file: string, folder: string): { lines: string[]; seconds: number } {
  const path = join(folder, 'oracle.json')
  const out = openSync(path, 'w')
  const started = performance.now()
  const { status, stderr } = spawnSync(
    oracleProgram,
    ['--file', file, '-o', 'json', '--all', '--no-pager', '--quiet'],
    { stdio: ['ignore', out, 'pipe'], timeout: 300_000 },
  )
  const seconds = (performance.now() - started) / 1000
  closeSync(out)
  if (status !== 0) throw new Error(`journalctl fails: ${stderr.toString()}`)
  return { lines: readFileSync(path, 'utf8').split('\n').slice(0, -1), seconds }
}

function ours(file: string): { entries: JournalEntry[]; notes: number } {
  using source = openFileSource(file)
  const notes = new Notes()
  return { entries: [...readJournal(source, notes)], notes: notes.kept.length }
}

type OracleValue = string | readonly (number | string | readonly number[])[]

/** Hexadecimal bytes of each value. */
function theirBytes(value: OracleValue): string[] {
  if (typeof value === 'string') return [hexOf(value)]
  if (value.every((item) => typeof item === 'number')) return [Buffer.from(value).toString('hex')]
  return value.flatMap((item) => (typeof item === 'number' ? [] : theirBytes(item)))
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex')
}

function ourBytes(value: JournalEntry['fields'][string] | undefined): string[] {
  if (value === undefined) return []
  const list = (Array.isArray(value) ? value : [value]) as readonly (string | { base64: string })[]
  return list.map((one) =>
    typeof one === 'string' ? hexOf(one) : Buffer.from(one.base64, 'base64').toString('hex'),
  )
}

function compare(file: string, folder: string, figures: Figures): void {
  const { lines } = journalctl(file, folder)
  const { entries, notes } = ours(file)
  figures.files += 1
  figures.notes += notes
  figures.entries += Math.max(lines.length, entries.length)
  for (const [index, line] of lines.entries()) {
    const theirs = JSON.parse(line) as Record<string, OracleValue>
    const entry = entries[index]
    const isEqual =
      theirs['__CURSOR'] === entry?.cursor &&
      theirs['__REALTIME_TIMESTAMP'] === String(entry?.realtimeUs) &&
      theirs['__MONOTONIC_TIMESTAMP'] === String(entry?.monotonicUs)
    const names = Object.keys(theirs).filter((name) => !name.startsWith('__'))
    const all = new Set([...names, ...Object.keys(entry?.fields ?? {})])
    let equal = 0
    for (const name of all) {
      // journalctl tells the boot of an entry whether it has the field or not.
      const own = name === '_BOOT_ID' ? [hexOf(entry?.bootId ?? '')] : ourBytes(entry?.fields[name])
      if (JSON.stringify(own.toSorted()) === JSON.stringify(theirBytes(theirs[name] ?? []).toSorted()))
        equal += 1
    }
    figures.fields += all.size
    figures.fieldsEqual += equal
    if (isEqual && equal === all.size) figures.entriesEqual += 1
  }
}

/** In each form that systemd-journal-remote of this system writes. */
function remoteFiles(folder: string): string[] {
  const input = exported(makeEntries(writtenEntries, 5))
  const forms = [
    ['1', '1', 'yes'],
    ['0', '1', 'yes'],
    ['1', '0', 'yes'],
    ['0', '0', 'no'],
  ] as const
  return forms.map(([keyed, compact, compress]) => {
    const file = join(folder, `remote-${keyed}${compact}${compress}.journal`)
    const { status, stderr } = spawnSync(
      remote,
      ['--split-mode=none', `--compress=${compress}`, '-o', file, '-'],
      { input, env: { SYSTEMD_JOURNAL_KEYED_HASH: keyed, SYSTEMD_JOURNAL_COMPACT: compact } },
    )
    if (status !== 0) throw new Error(`${remote} fails: ${stderr.toString()}`)
    return file
  })
}

/** `xz` as journald once called it: without a check, on its lowest level. */
const realXz: JournalPacker = {
  incompatible: 1,
  flag: 1,
  pack: (bytes) => spawnSync('xz', ['-c', '-0', '--check=none'], { input: bytes }).stdout,
}

function ownFiles(folder: string): string[] {
  const entries = makeEntries(3000, 6).map(({ us, fields }) => ({ realtimeUs: us, fields, bootId: boot }))
  const packers = { zstd: zstdPacker, lz4: lz4Packer, 'xz-stored': xzPacker, xz: realXz }
  return Object.entries(packers).flatMap(([name, packer]) =>
    [false, true].map((isCompact) => {
      const file = join(folder, `own-${name}${isCompact ? '-compact' : ''}.journal`)
      writeFileSync(file, writeJournal(entries, { isCompact, packer }).bytes)
      return file
    }),
  )
}

const journald = '/usr/lib/systemd/systemd-journald'

/**
 * What a journald of its own, in a mount namespace of its own, has written when it is killed: a file that was never closed.
 * Undefined where none can run.
 */
async function onlineFile(folder: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !existsSync(journald)) return undefined
  // A short path: that of the socket has 107 bytes at most.
  const root = join(folder, 'j')
  for (const one of ['run/log/journal', 'run/systemd/journal'])
    mkdirSync(join(root, one), { recursive: true })
  writeFileSync(
    join(root, 'journald.conf'),
    '[Journal]\nAudit=no\nReadKMsg=no\nForwardToSyslog=no\nStorage=volatile\nRateLimitBurst=0\nRuntimeMaxUse=64M\n',
  )
  const script = `mount --bind "$1/journald.conf" /etc/systemd/journald.conf && mount --bind "$1/run" /run && exec ${journald}`
  const child = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', root], { stdio: 'ignore' })
  try {
    const socket = join(root, 'run/systemd/journal/dev-log')
    if (!(await isTrueSoon(() => existsSync(socket)))) return undefined
    const lines = Array.from({ length: 3000 }, (_, index) => `line ${index} ${'long '.repeat(index % 300)}\n`)
    spawnSync('logger', ['-u', socket, '-t', 'agree', '--size', '4096'], { input: lines.join('') })
    const name = (): string | undefined =>
      readdirSync(join(root, 'run/log/journal'), { recursive: true, encoding: 'utf8' }).find((path) =>
        path.endsWith('system.journal'),
      )
    const isThere = (): boolean => {
      const path = name()
      return path !== undefined && ours(join(root, 'run/log/journal', path)).entries.length >= lines.length
    }
    if (!(await isTrueSoon(isThere))) return undefined
    const file = join(folder, 'online.journal')
    copyFileSync(join(root, 'run/log/journal', name() ?? ''), file)
    return file
  } finally {
    child.kill('SIGKILL')
  }
}

async function isTrueSoon(look: () => boolean): Promise<boolean> {
  for (const end = performance.now() + 10_000; performance.now() < end; await delay(100))
    if (look()) return true
  return false
}

/** Without the list of entries behind its first arrays. */
function withoutList(file: string, folder: string): { ours: number; theirs: number } {
  const bytes = readFileSync(file)
  const first = Number(bytes.readBigUInt64LE(176))
  const second = Number(bytes.readBigUInt64LE(first + 16))
  bytes.fill(0, second, second + 24)
  const path = join(folder, 'without-list.journal')
  writeFileSync(path, bytes)
  return { ours: ours(path).entries.length, theirs: journalctl(path, folder).lines.length }
}

/** Entries that are found after 64 KiB of the file were overwritten, at ten places in turn. */
function damaged(file: string, folder: string): { ours: number; theirs: number; of: number } {
  const bytes = readFileSync(file)
  const used = Number(bytes.readBigUInt64LE(136))
  const counts = { ours: 0, theirs: 0, of: 0 }
  for (let place = 1; place <= 10; place++) {
    const copy = Buffer.from(bytes)
    const at = Math.floor((used * place) / 11)
    copy.fill(0xa5, at, at + 65_536)
    const path = join(folder, 'damaged.journal')
    writeFileSync(path, copy)
    counts.ours += ours(path).entries.length
    counts.theirs += journalctl(path, folder).lines.length
    counts.of += writtenEntries
  }
  return counts
}

function speed(file: string, folder: string): Record<string, number | string> {
  const usedMb = Number(readFileSync(file).readBigUInt64LE(96)) / 1e6
  const cpu = process.cpuUsage()
  let entries = 0
  {
    using source = openFileSource(file)
    for (const _ of readJournal(source, new Notes())) entries += 1
  }
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (user + system) / 1e6
  const oracle = journalctl(file, folder).seconds
  return {
    speedFileMb: Math.round(statSync(file).size / 1e6),
    mbPerCpuSecond: Math.round(usedMb / seconds),
    entriesPerCpuSecond: Math.round(entries / seconds),
    journalctlMbPerSecond: Math.round(usedMb / oracle),
    journalctlEntriesPerSecond: Math.round(entries / oracle),
  }
}

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-agree-journal-'))
  try {
    const remotes = remoteFiles(folder)
    const figures: Figures = { files: 0, entries: 0, entriesEqual: 0, fields: 0, fieldsEqual: 0, notes: 0 }
    const online = await onlineFile(folder)
    const files = [...remotes, ...ownFiles(folder), ...(online === undefined ? [] : [online])]
    for (const file of files) compare(file, folder, figures)
    const [first = ''] = remotes
    const found = damaged(first, folder)
    const listless = withoutList(first, folder)
    return {
      name: 'journal files against journalctl',
      figures: {
        ...figures,
        damagedEntries: found.of,
        damagedWeFind: found.ours,
        damagedJournalctlFinds: found.theirs,
        withoutListWeFind: listless.ours,
        withoutListJournalctlFinds: listless.theirs,
        journaldOnline: online === undefined ? 'not measured: no journald can run here' : 'among the files',
        ...speed(first, folder),
      },
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (import.meta.main) console.log(await agree())
