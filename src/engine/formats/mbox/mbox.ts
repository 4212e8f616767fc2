// Mailboxes (see format.md): each message is a member, a part of the file wherever nothing in it is quoted.

import { findNear, fieldNameAt, isFromLine, isMailbox, lineAt } from '../../parsers/mime/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Budget } from '../../limits.ts'
import type { Format } from '../format.ts'
import { UnquotingDecoder } from './unquote.ts'

const separator = Buffer.from('\nFrom ')
const quoted = Buffer.from('>From ')
const longestFieldName = 64

export const mbox: Format = {
  id: 'mbox',
  kind: 'archive',

  matches: ({ head }) => isMailbox(head),

  *members(object, { budget }) {
    const source = timedSource(object.source, budget)
    for (const message of messagesIn(source, budget)) {
      yield { name: message.name, source: messageSource(source, message, budget) }
    }
  },
}

export interface MailboxMessage {
  readonly name: string
  /** Where its From_ line begins. */
  readonly lineAt: number
  /** The message behind that line: `[start, end)`. */
  readonly start: number
  readonly end: number
}

export function* messagesIn(source: ByteSource, budget: Budget): Generator<MailboxMessage> {
  const { size } = source
  let at = 0
  for (let count = 1; at < size; count++) {
    const start = lineAt(source, at, size, 'lf')?.next ?? size
    const end = nextMessage(source, start, size, budget)
    if (end > start) yield { name: `message-${count}`, lineAt: at, start, end }
    at = end
  }
}

/** Where the next From_ line begins, or `size`. A sentence that begins so has no date and no field behind it. */
function nextMessage(source: ByteSource, from: number, size: number, budget: Budget): number {
  for (let at = from - 1; ;) {
    const found = findNear(source, separator, { from: at, to: size }, budget)
    if (found < 0) return size
    const line = lineAt(source, found + 1, size, 'lf')
    if (line === undefined) return size
    if (isFromLine(line.text) && hasField(source, line.next, size)) return found + 1
    at = found + 1
  }
}

/** Behind a From_ line; a quoted one of another mailbox may stand between. */
function hasField(source: ByteSource, at: number, size: number): boolean {
  const view = source.read(at, longestFieldName)
  if (view[0] !== 0x3e) return fieldNameAt(view, 0) !== ''
  const line = lineAt(source, at, size, 'lf')
  return line !== undefined && fieldNameAt(source.read(line.next, longestFieldName), 0) !== ''
}

/** Without the quoting of lines that begin with `From `. */
export function messageSource(
  source: ByteSource,
  { start, end }: Pick<MailboxMessage, 'start' | 'end'>,
  budget: Budget,
): ByteSource {
  const message = sliceSource(source, start, end - start)
  if (findNear(source, quoted, { from: start, to: end }, budget) < 0) return message
  return new DecodedSource(() => new UnquotingDecoder(message), budget, end - start)
}
