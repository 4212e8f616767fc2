// One record of the Linux audit system, as the kernel sends it over netlink (linux/audit.h; the text form is that of
// audit-userspace's specification "Audit event parsing"). Fields are looked up in the text when they are asked for.

import { pathText } from '../../base/text.ts'

/** `nlmsg_type`s of records (linux/audit.h, libaudit.h) that somebody here reads. */
export const RecordType = {
  user: 1005,
  login: 1006,
  userAuth: 1100,
  userAcct: 1101,
  userMgmt: 1102,
  credAcq: 1103,
  credDisp: 1104,
  userStart: 1105,
  userEnd: 1106,
  userAvc: 1107,
  userChauthtok: 1108,
  userErr: 1109,
  credRefr: 1110,
  userLogin: 1112,
  userLogout: 1113,
  addUser: 1114,
  delUser: 1115,
  addGroup: 1116,
  delGroup: 1117,
  userCmd: 1123,
  systemBoot: 1127,
  systemShutdown: 1128,
  systemRunlevel: 1129,
  serviceStart: 1130,
  serviceStop: 1131,
  grpMgmt: 1132,
  grpChauthtok: 1133,
  acctLock: 1135,
  acctUnlock: 1136,
  userDevice: 1137,
  daemonStart: 1200,
  daemonEnd: 1201,
  syscall: 1300,
  path: 1302,
  configChange: 1305,
  cwd: 1307,
  execve: 1309,
  objectPid: 1318,
  endOfEvent: 1320,
  fileCapabilities: 1321,
  capset: 1322,
  proctitle: 1327,
  replace: 1329,
  kernelModule: 1330,
} as const

/** What stands in front of every record. */
export interface AuditStamp {
  /** Milliseconds since 1970. */
  timeMs: number
  /** Records of one event share it; it grows by one with each event of the kernel. */
  serial: number
  /** Where the fields begin. */
  bodyStart: number
}

const opening = Buffer.from('audit(', 'latin1')
const zero = 0x30
const dot = 0x2e
const colon = 0x3a
const maxDigits = 12

/** Reads `audit(SECONDS.MILLISECONDS:SERIAL):` at `start`; false when it is not there. Allocates nothing. */
export function readStamp(bytes: Uint8Array, start: number, end: number, into: AuditStamp): boolean {
  for (let index = 0; index < opening.length; index++) {
    if (bytes[start + index] !== opening[index]) return false
  }
  const seconds = readDigits(bytes, start + opening.length, end)
  if (seconds.end === 0 || bytes[seconds.end] !== dot) return false
  const timeMs = seconds.value * 1000
  const thousandths = readDigits(bytes, seconds.end + 1, end)
  if (thousandths.end === 0 || bytes[thousandths.end] !== colon) return false
  into.timeMs = timeMs + thousandths.value
  const serial = readDigits(bytes, thousandths.end + 1, end)
  // "):" and, mostly, a blank.
  if (serial.end === 0 || serial.end + 2 > end || bytes[serial.end + 1] !== colon) return false
  into.serial = serial.value
  into.bodyStart = serial.end + 2
  return true
}

const digits = { value: 0, end: 0 }

/** The result is used again by the next call; `end` is 0 when there is no number. */
function readDigits(bytes: Uint8Array, start: number, end: number): { value: number; end: number } {
  digits.value = 0
  digits.end = 0
  const limit = Math.min(end, start + maxDigits)
  for (let at = start; at < limit; at++) {
    const digit = (bytes[at] ?? 0) - zero
    if (digit < 0 || digit > 9) break
    digits.value = digits.value * 10 + digit
    digits.end = at + 1
  }
  return digits
}

/** A field's value, or why there is none: the kernel writes `(null)` and `?` for what is not known. */
const unknownValues = new Set(['(null)', '?', '(none)', ''])

export class AuditRecord {
  readonly type: number
  readonly serial: number
  /** Milliseconds since 1970. */
  readonly timeMs: number
  /** The fields, as bytes in a latin1 string. */
  readonly body: string

  constructor(type: number, stamp: AuditStamp, body: string) {
    this.type = type
    this.serial = stamp.serial
    this.timeMs = stamp.timeMs
    this.body = body
  }

  /**
   * The value as it is written, with its quotes; undefined when there is no such field. The first one counts: what the
   * kernel vouches for comes before what a program has sent (`msg='…'`), and that one's fields are found too.
   */
  raw(name: string): string | undefined {
    const { body } = this
    for (let at = body.indexOf(`${name}=`); at >= 0; at = body.indexOf(`${name}=`, at + 1)) {
      if (at > 0 && !isBreak(body.charCodeAt(at - 1))) continue
      const from = at + name.length + 1
      return body.slice(from, endOfValue(body, from))
    }
    return undefined
  }

  /** A text: without its quotes, or decoded where the kernel has written it as hexadecimal digits. */
  text(name: string): string | undefined {
    const raw = this.raw(name)
    return raw === undefined || unknownValues.has(raw) ? undefined : pathText(decodeBytes(raw))
  }

  /** Like `text`, for a word that is never written in hexadecimal digits (`res`, `op`, `addr`, `unit`, …). */
  word(name: string): string | undefined {
    const raw = this.raw(name)
    if (raw === undefined || unknownValues.has(raw)) return undefined
    return pathText(unquoted(raw) ?? raw)
  }

  /** A decimal number; undefined when it is absent or none. -1 as an unsigned id is 4294967295. */
  number(name: string): number | undefined {
    const value = this.raw(name)
    return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined
  }

  /** A number of hexadecimal digits without a prefix (`a0` of a system call, `arch`). */
  hex(name: string): number | undefined {
    const value = this.raw(name)
    return value !== undefined && /^0*[\da-f]{1,13}$/i.test(value) ? Number.parseInt(value, 16) : undefined
  }
}

const blank = 0x20
const apostrophe = 0x27
const quote = 0x22

/** What may stand before a field's name: a blank, or the apostrophe of `msg='`. */
function isBreak(code: number): boolean {
  return code === blank || code === apostrophe
}

/**
 * Values end at a blank. Quoted ones end at their quote: the kernel and libaudit never write one inside. `msg='` is no
 * value but the beginning of more fields, and its closing apostrophe belongs to no value.
 */
function endOfValue(body: string, from: number): number {
  if (body.charCodeAt(from) === quote) {
    const close = body.indexOf('"', from + 1)
    return close < 0 ? body.length : close + 1
  }
  const found = body.indexOf(' ', from)
  const end = found < 0 ? body.length : found
  return end > from && end === body.length && body.charCodeAt(end - 1) === apostrophe ? end - 1 : end
}

/** Undefined when it is not quoted. */
function unquoted(value: string): string | undefined {
  if (value.charCodeAt(0) !== quote) return undefined
  return value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value.slice(1)
}

const hexText = /^(?:[\dA-F]{2})+$/

/** Bytes in a latin1 string: a quoted value, one in (capital) hexadecimal digits, or the word itself. */
export function decodeBytes(value: string): string {
  const inside = unquoted(value)
  if (inside !== undefined) return inside
  return hexText.test(value) ? Buffer.from(value, 'hex').toString('latin1') : value
}
