// Whether an object is a mail message or a mailbox, by its first bytes. Strict, because every text is asked: two fields of
// mail that stand one after the other, or MIME-Version with a multipart type anywhere in the first bytes, where
// Microsoft Word still opens a web archive.

import { startsWith } from '../../source/starts-with.ts'

const known: ReadonlySet<string> = new Set([
  'arc-authentication-results',
  'arc-message-signature',
  'arc-seal',
  'authentication-results',
  'bcc',
  'cc',
  'content-class',
  'content-disposition',
  'content-id',
  'content-language',
  'content-location',
  'content-transfer-encoding',
  'content-type',
  'date',
  'delivered-to',
  'disposition-notification-to',
  'dkim-signature',
  'envelope-to',
  'errors-to',
  'from',
  'in-reply-to',
  'importance',
  'list-id',
  'list-unsubscribe',
  'message-id',
  'mime-version',
  'newsgroups',
  'organization',
  'path',
  'received',
  'received-spf',
  'references',
  'reply-to',
  'resent-date',
  'resent-from',
  'resent-to',
  'return-path',
  'sender',
  'subject',
  'thread-index',
  'thread-topic',
  'to',
  'user-agent',
  'x-mailer',
  'x-mimeole',
  'x-mozilla-status',
  'x-original-to',
  'x-originating-ip',
  'x-priority',
  'x-received',
  'x-sender',
  'x-spam-status',
  'x-uidl',
])
/** Fields that other texts have at their beginning too: two of them alone are no mail. */
const common: ReadonlySet<string> = new Set([
  'date',
  'from',
  'importance',
  'organization',
  'path',
  'references',
  'subject',
  'to',
  'user-agent',
])

const lf = 0x0a
const cr = 0x0d
/** Lines that are looked at; Received fields take many. */
const maxLines = 60
/** Lines of garbage before the first field that mail programs pass over. */
const maxGarbage = 3
const longestName = 40
const byteOrderMark = [0xef, 0xbb, 0xbf] as const

/** Where the message begins, or -1; a mailbox is none. */
export function mailStartOf(head: Uint8Array): number {
  const start = startsWith(head, byteOrderMark) ? 3 : 0
  if (!mayBeText(head, start) || isMailbox(head)) return -1
  const found = headerStartOf(head, start)
  return found >= 0 ? found : webArchiveStartOf(head, start)
}

/** A mailbox: a From_ line (RFC 4155) with a field behind it. */
export function isMailbox(head: Uint8Array): boolean {
  if (head[0] !== 0x46 || head[1] !== 0x72 || head[2] !== 0x6f || head[3] !== 0x6d || head[4] !== 0x20)
    return false
  const end = endOfLine(head, 0)
  if (end >= head.length || !isFromLine(latin1(head, 0, end))) return false
  let at = nextLine(head, end)
  if (head[at] === 0x3e) at = nextLine(head, endOfLine(head, at))
  return fieldNameAt(head, at) !== ''
}

// `From sender date`; a date of asctime() has the time and the year, and a time zone may stand anywhere between.
const fromLine = /^From .{0,512}\d\d:\d\d.{0,40}\d{4}/s

export function isFromLine(line: string): boolean {
  return fromLine.test(line)
}

/** The name of the field at `at` in lower case; empty where there is none. */
export function fieldNameAt(bytes: Uint8Array, at: number): string {
  const limit = Math.min(bytes.length, at + longestName)
  let end = at
  while (end < limit && isNameByte(bytes[end]!)) end++
  if (end === at) return ''
  let colon = end
  while (colon < limit && (bytes[colon] === 0x20 || bytes[colon] === 0x09)) colon++
  return bytes[colon] === 0x3a ? latin1(bytes, at, end).toLowerCase() : ''
}

/** Programs, archives and pictures end here. */
function mayBeText(head: Uint8Array, start: number): boolean {
  if (head.length < start + 16) return false
  for (let at = start; at < start + 16; at++) {
    const byte = head[at]!
    if (byte < 0x20 && byte !== 0x09 && byte !== lf && byte !== cr) return false
  }
  return true
}

function headerStartOf(head: Uint8Array, start: number): number {
  const names = new Set<string>()
  let first = -1
  let garbage = 0
  let at = start
  for (let count = 0; count < maxLines && at < head.length; count++) {
    const end = endOfLine(head, at)
    const name = fieldNameAt(head, at)
    const isBlank = head[at] === 0x20 || head[at] === 0x09
    if (first < 0) {
      if (end === at) {
        at = nextLine(head, end)
        continue
      }
      if (known.has(name)) first = at
      // Fields of a mail server stand before those of the mail; anything else is garbage.
      else if (name === '' && !isBlank && ++garbage > maxGarbage) return -1
      else if (name !== '' && !name.includes('-') && ++garbage > maxGarbage) return -1
    } else if (name === '' && !isBlank) break
    // Of the common ones only as mail programs spell them: YAML and the like are in lower case.
    if (known.has(name) && (!common.has(name) || head[at]! < 0x60)) names.add(name)
    if (isMail(names, garbage)) return first
    at = nextLine(head, end)
  }
  return -1
}

/** Two fields, one of which only mail has; where garbage stands before them, three. */
function isMail(names: ReadonlySet<string>, garbage: number): boolean {
  if (names.size < (garbage > 0 ? 3 : 2)) return false
  for (const name of names) if (!common.has(name)) return true
  return garbage === 0 && names.has('from') && (names.has('to') || names.has('subject') || names.has('date'))
}

const mimeVersion = Buffer.from('MIME-Version')

function webArchiveStartOf(head: Uint8Array, start: number): number {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  const at = bytes.indexOf(mimeVersion, start)
  if (at < 0) return -1
  if (at > start && head[at - 1] !== lf && head[at - 1] !== cr) return -1
  const text = bytes.toString('latin1', at).toLowerCase()
  const type = text.indexOf('content-type:')
  return type >= 0 && /^content-type:\s{0,100}multipart\//.test(text.slice(type, type + 130)) ? at : -1
}

function isNameByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    byte === 0x2d ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x5f
  )
}

function endOfLine(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== lf && bytes[at] !== cr) at++
  return at
}

function nextLine(bytes: Uint8Array, end: number): number {
  if (bytes[end] === cr && bytes[end + 1] === lf) return end + 2
  return end + 1
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1', from, to)
}

const beginning = 'begin:v'

/** iCalendar and vCard (RFC 2425): `BEGIN:VCARD`, in any case, at the beginning. */
export function isMimeDirectory(head: Uint8Array): boolean {
  let start = startsWith(head, byteOrderMark) ? 3 : 0
  while (start < 16 && (head[start] === cr || head[start] === lf)) start++
  for (let index = 0; index < beginning.length; index++) {
    const byte = head[start + index] ?? 0
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== beginning.charCodeAt(index)) return false
  }
  const text = latin1(head, start, start + 15).toLowerCase()
  return text.startsWith('begin:vcard') || text.startsWith('begin:vcalendar')
}
