// Rebuilds a mailbox (RFC 4155): a message that was rebuilt takes the place of the old one, one that is bad as a whole goes
// with its From_ line. Kept byte for byte: all other messages, every From_ line, and which lines are quoted with `>`.
// Refused: a mailbox of which nothing would remain.

import { mbox, messageSource, messagesIn } from '../../formats/mbox/mbox.ts'
import { lineAt } from '../../parsers/mime/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { timedSource } from '../../source/search.ts'
import { CannotCure, type Edit, type Editor } from '../editor.ts'
import { type Change, writeChanged } from '../splice.ts'

const fromWord = Buffer.from('From ')
const lf = 0x0a
const mark = 0x3e
/** Marks before one `From `; more are no quoting (formats/mbox). */
const maxMarks = 64
const longestLine = 1024

export const mboxEditor: Editor = {
  format: mbox,

  edit(object, edit) {
    const { budget } = edit.context
    const source = timedSource(object.source, budget)
    const changes: Change[] = []
    let kept = 0
    for (const message of messagesIn(source, budget)) {
      const { name, start, end } = message
      const bytes = messageSource(source, message, budget)
      const judgement = edit.judge({ name, source: bytes })
      bytes.release?.()
      if (judgement.kind === 'remove') {
        changes.push({ from: message.lineAt, to: end, bytes: new Uint8Array(0) })
        continue
      }
      kept++
      if (judgement.kind === 'keep') continue
      const bare = bareLines(source, start, end, edit)
      changes.push({ from: start, to: end, bytes: quoted(judgement.bytes, bare) })
    }
    if (kept === 0) throw new CannotCure('nothing of the mailbox would remain')
    writeChanged(source, changes, edit)
  },
}

/** Lines that begin with `From ` and are not quoted: some programs quote only what could be taken for a From_ line. */
function bareLines(source: ByteSource, start: number, end: number, { context }: Edit): ReadonlySet<string> {
  const found = new Set<string>()
  let count = 0
  for (let at = start; at < end;) {
    if ((++count & 0xff) === 0) context.budget.checkTime()
    const line = lineAt(source, at, end, 'lf')
    if (line === undefined) break
    if (line.text.startsWith('From ')) found.add(line.text.slice(0, longestLine))
    at = line.next
  }
  return found
}

function quoted(bytes: Uint8Array, bare: ReadonlySet<string>): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const pieces: Uint8Array[] = []
  let from = 0
  for (let at = 0; at < bytes.length;) {
    const next = bytes.indexOf(lf, at)
    const end = next < 0 ? bytes.length : next
    if (needsMark(buffer, at, end, bare)) {
      pieces.push(bytes.subarray(from, at), Uint8Array.of(mark))
      from = at
    }
    at = end + 1
  }
  pieces.push(bytes.subarray(from))
  return Buffer.concat(pieces)
}

function needsMark(bytes: Buffer, start: number, end: number, bare: ReadonlySet<string>): boolean {
  let at = start
  while (at < end && bytes[at] === mark && at - start < maxMarks) at++
  if (!bytes.subarray(at, end).subarray(0, fromWord.length).equals(fromWord)) return false
  if (at > start) return true
  const line = bytes.toString('latin1', start, Math.min(end, start + longestLine)).replace(/\r$/, '')
  return !bare.has(line)
}
