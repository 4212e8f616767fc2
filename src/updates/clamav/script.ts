// The script of a diff: one command a line. OPEN file, then DEL, XCHG and ADD, then CLOSE, which carries them out; line
// numbers are those before. MOVE takes lines from one file to the end of another, UNLINK removes the open file.

import { Fault } from '../fault.ts'

/** Line number, counted from 1, and what the line begins with. */
export interface LineAt {
  readonly line: number
  readonly start: string
}

export interface Edit extends LineAt {
  /** Without it the line goes. */
  readonly to?: string
}

export type Step =
  | {
      readonly kind: 'edit'
      readonly file: string
      readonly edits: readonly Edit[]
      readonly added: readonly string[]
    }
  | { readonly kind: 'unlink'; readonly file: string }
  | {
      readonly kind: 'move'
      readonly from: string
      readonly to: string
      readonly first: LineAt
      readonly last: LineAt
    }

interface Open {
  readonly file: string
  readonly edits: Edit[]
  readonly added: string[]
  isUnlinked: boolean
}

/** Texts are Latin-1: a byte a character. Throws Fault. */
export function parseScript(script: Uint8Array): Step[] {
  const steps: Step[] = []
  let open: Open | undefined
  for (const line of linesOf(Buffer.from(script.buffer, script.byteOffset, script.length))) {
    const space = line.indexOf(' ')
    const command = space < 0 ? line : line.slice(0, space)
    const rest = space < 0 ? '' : line.slice(space + 1)
    if (command === 'OPEN') {
      if (open !== undefined) throw new Fault(`a diff opens ${rest} before it closes ${open.file}`)
      open = { file: fileName(rest), edits: [], added: [], isUnlinked: false }
    } else if (command === 'MOVE') {
      if (open !== undefined) throw new Fault(`a diff moves lines while ${open.file} is open`)
      steps.push(moveOf(rest))
    } else {
      if (open === undefined) throw new Fault(`a diff says ${command.slice(0, 20)} with no file open`)
      open = within(open, command, rest, steps)
    }
  }
  if (open !== undefined) throw new Fault(`a diff does not close ${open.file}`)
  return steps
}

function within(open: Open, command: string, rest: string, steps: Step[]): Open | undefined {
  switch (command) {
    case 'ADD':
      open.added.push(rest)
      return open
    case 'DEL':
      open.edits.push(lineAt(rest))
      return open
    case 'XCHG':
      open.edits.push(exchangeOf(rest))
      return open
    case 'UNLINK':
      open.isUnlinked = true
      return open
    case 'CLOSE':
      steps.push(closed(open))
      return undefined
    default:
      throw new Fault(`a diff has the unknown command ${command.slice(0, 20)}`)
  }
}

function closed({ file, edits, added, isUnlinked }: Open): Step {
  if (isUnlinked) return { kind: 'unlink', file }
  const sorted = edits.toSorted((a, b) => a.line - b.line)
  const twice = sorted.find((edit, index) => edit.line === sorted[index - 1]?.line)
  if (twice !== undefined) throw new Fault(`a diff changes line ${twice.line} of ${file} twice`)
  return { kind: 'edit', file, edits: sorted, added }
}

function lineAt(text: string): LineAt {
  const match = /^(\d{1,10}) (\S+)/.exec(text)
  if (match === null) throw new Fault(`a diff names no line: ${text.slice(0, 40)}`)
  return { line: Number(match[1]), start: match[2] ?? '' }
}

function exchangeOf(text: string): Edit {
  const match = /^(\d{1,10}) (\S+) ([^\n]+)$/.exec(text)
  if (match === null) throw new Fault(`a diff exchanges nothing: ${text.slice(0, 40)}`)
  return { line: Number(match[1]), start: match[2] ?? '', to: match[3] ?? '' }
}

function moveOf(text: string): Step {
  const [from = '', to = '', ...rest] = text.split(' ')
  const first = lineAt(rest.slice(0, 2).join(' '))
  const last = lineAt(rest.slice(2).join(' '))
  if (last.line < first.line) throw new Fault(`a diff moves lines ${first.line} to ${last.line}`)
  if (from === to) throw new Fault(`a diff moves lines from ${from} to itself`)
  return { kind: 'move', from: fileName(from), to: fileName(to), first, last }
}

/** A file of the container, beside the others. */
function fileName(text: string): string {
  const name = text.trim()
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new Fault(`a diff names an unsafe file: ${name.slice(0, 80)}`)
  return name
}

/** Lines that begin with # set buffers of old readers. */
function* linesOf(script: Buffer): Generator<string> {
  for (let at = 0; at < script.length;) {
    const found = script.indexOf(10, at)
    const end = found < 0 ? script.length : found
    const line = script.toString('latin1', at, end).replace(/\r$/, '')
    if (line !== '' && !line.startsWith('#')) yield line
    at = end + 1
  }
}
