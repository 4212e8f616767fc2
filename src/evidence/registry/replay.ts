// What Windows does with a dirty hive when it loads it: the right transaction logs, in the right order, over a copy of the hive.
// Which ones those are: M. Suhanov's specification, and the behaviour of Windows that his tool's test hives record.

import { filetime, u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { type BaseBlock, binsStart, isDirty, readBaseBlock } from './base-block.ts'
import { type DirtyPage, entriesOf, type LogFile, oldPages, readLog } from './log-file.ts'

interface LogBytes {
  /** File name: `.LOG1` and `.LOG2` go before a lone `.LOG`. */
  readonly name: string
  readonly bytes: Buffer
}

export interface AppliedLog {
  readonly name: string
  readonly format: 'old' | 'new'
  /** Entries of the new format; 1 for an old log. */
  readonly entries: number
  readonly pages: number
}

interface Replayed {
  readonly bytes: Buffer
  readonly base: BaseBlock
  /** Whether the primary file was dirty before. */
  readonly wasDirty: boolean
  readonly applied: readonly AppliedLog[]
}

const binSignature = 0x6e_69_62_68 // hbin

interface Target {
  bytes: Buffer
  base: BaseBlock
  /** A copy of the hive with all the room it can grow to; made when the first page is written. */
  copy: Buffer | undefined
  readonly mostBytes: number
  readonly notes: Notes
}

/** The hive's bytes stay as they are; a hive that is not dirty comes back itself. */
export function replay(primary: Buffer, logs: readonly LogBytes[], notes: Notes): Replayed {
  const base = readBaseBlock(primary)
  const wasDirty = isDirty(base)
  if (!wasDirty) return { bytes: primary, base, wasDirty, applied: [] }
  const read = logs.map(({ name, bytes }) => readLog(name, bytes, notes)).filter((log) => log !== undefined)
  const target: Target = {
    bytes: primary,
    base,
    copy: undefined,
    mostBytes: logs.reduce((sum, { bytes }) => sum + bytes.length, primary.length),
    notes,
  }
  const fresh = chosen(read.filter(({ isNew }) => isNew))
  const old = chosen(read.filter(({ isNew }) => !isNew))
  const applied = fresh.length > 0 ? replayNew(target, fresh) : replayOld(target, old)
  if (applied.length === 0) {
    notes.add(
      logs.length === 0
        ? 'the hive is dirty: its last changes are in transaction logs, which are not here'
        : 'the hive is dirty, and none of its transaction logs fits it',
    )
  }
  return { bytes: target.bytes, base: target.base, wasDirty, applied }
}

/** Of two logs and one alone the two are in use. */
function chosen(logs: readonly LogFile[]): readonly LogFile[] {
  const dual = logs.filter(({ name }) => /\.log[12]$/i.test(name))
  return dual.length > 0 ? dual.slice(0, 2) : logs.slice(0, 1)
}

function replayNew(target: Target, logs: readonly LogFile[]): AppliedLog[] {
  const [first, second] = logs.toSorted((a, b) => order(a.base.primarySequence, b.base.primarySequence))
  if (first === undefined) return []
  const latest = second ?? first
  // Without a base block nobody knows what the hive has: Windows takes the newer log alone.
  if (!target.base.isChecksumRight) return kept(applyNew(target, latest).applied)
  const wanted = target.base.secondarySequence
  if (order(first.base.primarySequence, wanted) < 0) {
    return second === undefined || order(second.base.primarySequence, wanted) < 0
      ? []
      : kept(applyNew(target, second).applied)
  }
  const begun = applyNew(target, first)
  const goesOn = second !== undefined && second.base.primarySequence === (begun.last + 1) >>> 0
  return [...kept(begun.applied), ...(goesOn ? kept(applyNew(target, second).applied) : [])]
}

function kept(log: AppliedLog): AppliedLog[] {
  return log.entries === 0 ? [] : [log]
}

/** Of sequence numbers, which begin anew after 2^32. */
function order(a: number, b: number): number {
  return (a - b) | 0
}

function applyNew(target: Target, log: LogFile): { applied: AppliedLog; last: number } {
  let [entries, pages, last] = [0, 0, -1]
  for (const entry of entriesOf(log, target.notes)) {
    if (!write(target, entry.pages, entry.binsBytes)) break
    entries += 1
    pages += entry.pages.length
    last = entry.sequence
  }
  if (entries > 0) adopt(target, log)
  return { applied: { name: log.name, format: 'new', entries, pages }, last }
}

function replayOld(target: Target, logs: readonly LogFile[]): AppliedLog[] {
  const { base } = target
  // A second copy of the time of the last write stands in the first bin.
  const copied =
    u32(target.bytes, binsStart) === binSignature ? filetime(target.bytes, binsStart + 20) : undefined
  const time = base.isChecksumRight ? base.time : copied
  const fitting = logs.filter((log) => time === undefined || log.base.time === time)
  const usable = fitting.length > 0 || base.isChecksumRight ? fitting : logs
  const [log] = usable.toSorted((a, b) => ((a.base.time ?? '') < (b.base.time ?? '') ? 1 : -1))
  if (log === undefined) return []
  const pages = oldPages(log, target.notes)
  if (pages === undefined || !write(target, pages, log.base.binsBytes)) return []
  adopt(target, log)
  return [{ name: log.name, format: 'old', entries: 1, pages: pages.length }]
}

/** False, with a note and nothing written, where the pages lie outside of what the hive can be. */
function write(target: Target, pages: readonly DirtyPage[], binsBytes: number): boolean {
  const size = Math.max(target.bytes.length, binsStart + binsBytes)
  const end = pages.reduce((most, { to, bytes }) => Math.max(most, binsStart + to + bytes.length), 0)
  if (size > target.mostBytes || end > size) {
    target.notes.add('a transaction log has pages outside of the hive; it is not replayed further')
    return false
  }
  if (target.copy === undefined) {
    target.copy = Buffer.alloc(target.mostBytes)
    target.copy.set(target.bytes)
  }
  for (const page of pages) target.copy.set(page.bytes, binsStart + page.to)
  target.bytes = target.copy.subarray(0, size)
  target.base = { ...target.base, binsBytes }
  return true
}

/** The log's copy of the base block is the newer one. */
function adopt(target: Target, log: LogFile): void {
  const { binsBytes } = target.base
  target.base = { ...log.base, fileType: 'primary', binsBytes: log.isNew ? binsBytes : log.base.binsBytes }
}
