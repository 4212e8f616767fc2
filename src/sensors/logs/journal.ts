// Follows the systemd journal through `journalctl --follow`, by cursor: journalctl knows every format that journald ever
// wrote, its rotation and its vacuuming. What it prints waits in its pipe until there is time to read it.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { messageOf } from '../../base/app-error.ts'
import type { Event } from '../../model/index.ts'
import { journalFields, parseJournalEntry } from './journal-entry.ts'
import { lookAt, namesIn } from './log-file.ts'

export interface JournalListener {
  entry(event: Event): void
  lost(count: number): void
  notice(message: string): void
}

const programs = ['/usr/bin/journalctl', '/bin/journalctl']
const folders = ['/var/log/journal', '/run/log/journal']
const newline = 10
/** An entry that is longer as JSON is left out and counted. */
const maxEntryBytes = 4 << 20
const firstRetryMs = 1000
const lastRetryMs = 60_000
const askTimeoutMs = 10_000

const run = promisify(execFile)

/** Why there is no journal to follow, one sentence; empty when there is one. */
export function journalMissing(root: string): string {
  if (!programs.some((path) => existsSync(path))) return 'the program journalctl is not installed'
  if (existsSync(`${root}/run/systemd/journal/socket`)) return ''
  const hasFiles = folders.some((folder) => hasJournal(`${root}${folder}`))
  return hasFiles ? '' : 'journald does not run, and no journal files are there'
}

function hasJournal(folder: string): boolean {
  return namesIn(folder)
    .slice(0, 64)
    .some((name) => lookAt(join(folder, name, 'system.journal'))?.type === 'file')
}

export class Journal {
  readonly #root: string
  readonly #listener: JournalListener
  #cursor: string | undefined
  #child: ChildProcess | undefined
  #rest: Buffer = Buffer.alloc(0)
  #skipping = false
  #stopped = false
  #retryMs = firstRetryMs
  #retryAtMs = 0
  #starting = false
  #checked = false
  /** Seconds since 1970: stands for the cursor as long as there is none. */
  readonly #beganAt = Math.floor(Date.now() / 1000)
  changed = false
  entries = 0

  constructor(root: string, cursor: string | undefined, listener: JournalListener) {
    this.#root = root
    this.#cursor = cursor
    this.#listener = listener
  }

  /** Of the last entry that was told. */
  get cursor(): string | undefined {
    return this.#cursor
  }

  get following(): boolean {
    return this.#child !== undefined
  }

  /** Resolves when it is followed from where an earlier run ended, or from now. */
  async start(): Promise<void> {
    this.#starting = true
    try {
      const isFirst = !this.#checked
      // Only once: what comes while it is tried again is new.
      this.#checked = true
      if (isFirst && this.#cursor === undefined) await this.#beginAtEnd()
      else if (isFirst) await this.#checkCursor(this.#cursor ?? '')
      if (!this.#stopped) this.#follow()
    } catch (thrown) {
      this.#failed(messageOf(thrown))
    } finally {
      this.#starting = false
    }
  }

  /** Takes what journalctl has printed; true when there may be more. */
  read(enough: () => boolean, nowMs: number): boolean {
    if (this.#child === undefined) {
      if (!this.#starting && !this.#stopped && nowMs >= this.#retryAtMs) void this.start()
      return false
    }
    for (;;) {
      if (!this.#take()) return this.#rest.includes(newline)
      if (enough()) return true
      const part = this.#child?.stdout?.read() as Buffer | null | undefined
      if (part === null || part === undefined) return false
      this.#rest = this.#rest.length === 0 ? part : Buffer.concat([this.#rest, part])
      this.#bound()
    }
  }

  stop(): void {
    this.#stopped = true
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  /** Tells whole entries, 64 at most; false when others are left. */
  #take(): boolean {
    let at = 0
    for (let count = 0; count < 64; count++) {
      const end = this.#rest.indexOf(newline, at)
      if (end < 0) {
        this.#rest = this.#rest.subarray(at)
        return true
      }
      if (this.#skipping) this.#skipping = false
      else this.#tell(this.#rest.toString('utf8', at, end))
      at = end + 1
    }
    this.#rest = this.#rest.subarray(at)
    return false
  }

  #tell(text: string): void {
    const entry = parseJournalEntry(text)
    if (entry === undefined) {
      // Cursors and notes that journalctl prints among the entries begin with `--`.
      if (!text.startsWith('--')) this.#listener.lost(1)
      return
    }
    this.entries++
    this.#cursor = entry.cursor
    this.changed = true
    this.#retryMs = firstRetryMs
    this.#listener.entry(entry.event)
  }

  #bound(): void {
    if (this.#rest.length <= maxEntryBytes || this.#rest.includes(newline)) return
    if (!this.#skipping) this.#listener.lost(1)
    this.#skipping = true
    this.#rest = Buffer.alloc(0)
  }

  /** The cursor of the newest entry, so that nothing is lost when this run ends before an entry comes. */
  async #beginAtEnd(): Promise<void> {
    const out = await this.#ask(['--lines=1', '--output=json', '--output-fields=_PID'])
    const cursor = /"__CURSOR"\s*:\s*"([^"]{1,500})"/.exec(out)?.[1]
    this.#cursor = cursor
    this.changed = cursor !== undefined
  }

  async #checkCursor(cursor: string): Promise<void> {
    const out = await this.#ask([`--cursor=${cursor}`, '--lines=1', '--output=json', '--output-fields=_PID'])
    if (!out.includes(JSON.stringify(cursor))) {
      this.#listener.notice('the journal has dropped entries that nobody has read')
      this.#listener.lost(0)
    }
  }

  async #ask(options: readonly string[]): Promise<string> {
    const { stdout } = await run(this.#program(), [...this.#place(), ...options], {
      timeout: askTimeoutMs,
      maxBuffer: maxEntryBytes,
    })
    return stdout
  }

  #follow(): void {
    const from =
      this.#cursor === undefined
        ? ['--no-tail', `--since=@${this.#beganAt}`]
        : [`--after-cursor=${this.#cursor}`]
    const options = ['--follow', '--all', '--output=json', `--output-fields=${journalFields.join(',')}`]
    const child = spawn(this.#program(), [...this.#place(), ...options, ...from], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    })
    this.#child = child
    this.#rest = Buffer.alloc(0)
    this.#skipping = false
    // With a listener the pipe is read ahead, in its bounds.
    child.stdout.on('readable', () => undefined)
    child.on('error', (error) => this.#ended(child, error.message))
    child.on('close', (code) => this.#ended(child, `journalctl ended with ${code ?? 'a signal'}`))
    // A reader of the journal must not hold up the end of the daemon.
    child.unref()
  }

  #ended(child: ChildProcess, why: string): void {
    if (this.#child !== child) return
    this.#child = undefined
    this.#failed(why)
  }

  #failed(why: string): void {
    if (this.#stopped) return
    if (this.#retryMs === firstRetryMs)
      this.#listener.notice(`the journal is not followed for a moment: ${why}`)
    this.#retryAtMs = performance.now() + this.#retryMs
    this.#retryMs = Math.min(2 * this.#retryMs, lastRetryMs)
  }

  #program(): string {
    return programs.find((path) => existsSync(path)) ?? 'journalctl'
  }

  #place(): string[] {
    return this.#root === '' ? ['--no-pager', '--quiet'] : [`--root=${this.#root}`, '--no-pager', '--quiet']
  }
}
