// Artefacts that a command is given: files, and folders that are searched for files of a kind. One that cannot be read is told, and
// the next one follows.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { Notes } from '../../evidence/note.ts'
import { type FileSource, openFileSource } from '../../evidence/source.ts'
import type { Terminal } from '../render/terminal.ts'

const maxFiles = 1_000_000
/** Notes of a file that are told. */
const mostTold = 20
const progressEveryMs = 200

/** Files as they were given, and those below folders that match, in the order of their names. Throws AppError `not-found`. */
export function artefactFiles(operands: readonly string[], pattern: RegExp): string[] {
  const files: string[] = []
  for (const operand of operands) {
    const entry = statSync(operand, { throwIfNoEntry: false })
    if (entry === undefined) throw new AppError('not-found', `${operand} is not there`)
    if (!entry.isDirectory()) {
      files.push(operand)
      continue
    }
    const found = readdirSync(operand, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile() && pattern.test(each.name))
      .map((each) => join(each.parentPath, each.name))
    for (const file of found.toSorted().slice(0, maxFiles - files.length)) files.push(file)
  }
  return files
}

export interface ReadSum {
  read: number
  failed: number
  /** Places that were damaged. */
  notes: number
}

/** `read` returns undefined for a file that is not of the kind; what it tells in notes goes to standard error. */
export function readArtefacts<T>(
  files: readonly string[],
  terminal: Terminal,
  read: (source: FileSource, notes: Notes) => T | undefined,
): { readonly artefacts: { readonly file: string; readonly value: T }[]; readonly sum: ReadSum } {
  const artefacts: { file: string; value: T }[] = []
  const sum: ReadSum = { read: 0, failed: 0, notes: 0 }
  let toldMs = 0
  for (const [index, file] of files.entries()) {
    if (performance.now() - toldMs > progressEveryMs) {
      toldMs = performance.now()
      terminal.status(`${index} of ${files.length}  ${file}`)
    }
    const notes = new Notes()
    try {
      using source = openFileSource(file)
      const value = read(source, notes)
      if (value === undefined) {
        sum.failed += 1
        if (notes.kept.length === 0) notes.add('this is no file of the kind')
      } else {
        sum.read += 1
        artefacts.push({ file, value })
      }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      sum.failed += 1
      notes.add(messageOf(thrown))
    }
    sum.notes += notes.kept.length + notes.dropped
    tellNotes(file, notes, terminal)
  }
  terminal.status('')
  return { artefacts, sum }
}

export function tellNotes(file: string, notes: Notes, terminal: Terminal): void {
  for (const { text, offset } of notes.kept.slice(0, mostTold)) {
    const place = offset === undefined ? file : `${file} at ${offset}`
    terminal.err(`haechi: ${terminal.safe(`${place}: ${text}`)}`)
  }
  const untold = notes.kept.length - mostTold + notes.dropped
  if (untold > 0) terminal.err(`haechi: ${terminal.safe(file)}: ${untold} more places are damaged`)
}
