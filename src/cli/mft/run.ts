// haechi mft: what a file is, and its entries to lines as they are read.

import { AppError, messageOf } from '../../base/app-error.ts'
import { isLogFile, readLogFile } from '../../evidence/log-file/index.ts'
import { readMft } from '../../evidence/mft/index.ts'
import { Notes } from '../../evidence/note.ts'
import { mftOfVolume } from '../../evidence/ntfs/index.ts'
import { type EvidenceSource, openFileSource } from '../../evidence/source.ts'
import { readUsnJournal } from '../../evidence/usn-journal/index.ts'
import { tellNotes } from '../evidence/artefacts.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { type Filter, filterOf } from './filter.ts'
import { type Writer, writerOf } from './formats.ts'
import type { MftOptionValues } from './options.ts'

const progressEveryMs = 200
const linesAtOnce = 512

type Kind = 'files' | 'changes' | 'logged'

export function runMft(
  operands: readonly string[],
  options: MftOptionValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const report = new Report(options, terminal)
  return report.run(operands)
}

/** Owns the lines that wait and the sums. */
class Report {
  readonly #terminal: Terminal
  readonly #writer: Writer
  readonly #filter: Filter
  readonly #isJson: boolean
  readonly #sum = { files: 0, failedFiles: 0, entries: 0, shown: 0, notes: 0 }
  #waiting: string[] = []
  #toldMs = 0
  #told: '' | Kind = ''

  constructor(options: MftOptionValues, terminal: Terminal) {
    const format = options.json === true ? 'json' : (options.format ?? 'text')
    this.#terminal = terminal
    this.#writer = writerOf(format, terminal)
    this.#filter = filterOf(options)
    this.#isJson = format === 'json'
  }

  async run(files: readonly string[]): Promise<ExitCode> {
    for (const file of files) await this.#read(file)
    this.#flush()
    this.#terminal.status('')
    if (this.#isJson) this.#terminal.out(jsonLine({ type: 'mft-summary', version: 1, ...this.#sum }))
    if (this.#sum.failedFiles > 0) return exitCodes.error
    return this.#sum.notes > 0 ? exitCodes.partial : exitCodes.clean
  }

  async #read(file: string): Promise<void> {
    const notes = new Notes()
    try {
      using source = openFileSource(file)
      await this.#readSource(file, source, notes)
      this.#sum.files += 1
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      this.#sum.failedFiles += 1
      this.#flush()
      this.#terminal.err(`haechi: ${this.#terminal.safe(messageOf(thrown))}`)
    }
    this.#flush()
    this.#sum.notes += notes.kept.length + notes.dropped
    tellNotes(file, notes, this.#terminal)
  }

  async #readSource(file: string, source: EvidenceSource, notes: Notes): Promise<void> {
    if (isLogFile(source.read(0, 4096))) {
      for (const change of readLogFile(source, notes)) {
        if (this.#filter.logged(change)) this.#write('logged', this.#writer.logged(change))
        await this.#progress(file)
      }
      return
    }
    const table = tableOf(source, notes)
    if (table === undefined) {
      for (const record of readUsnJournal(source, notes)) {
        if (this.#filter.change(record)) this.#write('changes', this.#writer.change(record))
        await this.#progress(file)
      }
      return
    }
    for (const entry of readMft(table, notes)) {
      if (this.#filter.file(entry)) this.#write('files', this.#writer.file(entry))
      await this.#progress(file)
    }
  }

  #write(kind: Kind, lines: readonly string[]): void {
    if (this.#told !== kind) {
      this.#waiting.push(...this.#head(kind))
      this.#told = kind
    }
    this.#waiting.push(...lines)
    this.#sum.shown += 1
    if (this.#waiting.length >= linesAtOnce) this.#flush()
  }

  #head(kind: Kind): string[] {
    if (kind === 'files') return this.#writer.fileHead()
    return kind === 'changes' ? this.#writer.changeHead() : this.#writer.logHead()
  }

  #flush(): void {
    if (this.#waiting.length > 0) this.#terminal.out(this.#waiting.join('\n'))
    this.#waiting = []
  }

  /** Gives the reader of our output time, so that what waits for him does not grow. */
  async #progress(file: string): Promise<void> {
    this.#sum.entries += 1
    if (this.#sum.entries % 4096 !== 0) return
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    if (performance.now() - this.#toldMs < progressEveryMs) return
    this.#toldMs = performance.now()
    this.#terminal.status(`${file}  ${this.#sum.entries.toLocaleString('en-US')} records`)
  }
}

const signatures = new Set(['FILE', 'BAAD'])

/** Undefined: it is a change journal. Throws AppError for what is neither. */
function tableOf(source: EvidenceSource, notes: Notes): EvidenceSource | undefined {
  const head = Buffer.from(source.read(0, 4096))
  const isTable = [0, 1024, 2048].some((at) => signatures.has(head.toString('latin1', at, at + 4)))
  if (isTable) return source
  const table = mftOfVolume(source, notes)
  if (table !== undefined) return table
  if (notes.kept.length > 0) throw new AppError('unsupported', notes.kept[0]?.text ?? '')
  if (looksLikeJournal(head)) return undefined
  throw new AppError('unsupported', 'this is no $MFT, no NTFS volume, no change journal and no $LogFile')
}

/** A record, or the hole before the first one. */
function looksLikeJournal(head: Buffer): boolean {
  if (head.length < 8) return false
  if (head.every((byte) => byte === 0)) return true
  const [length, major, minor] = [head.readUInt32LE(0), head.readUInt16LE(4), head.readUInt16LE(6)]
  return length >= 60 && length <= 65_536 && major >= 2 && major <= 4 && minor <= 1
}
