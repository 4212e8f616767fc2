// What in a string an investigator looks for: addresses, paths, registry keys, encoded data. Every expression is linear, and a string is
// looked at only in its first part.

import { isIPv6 } from 'node:net'

import type { IndicatorKind } from '../../model/indicator.ts'

const maxLength = 8192
const maxIndicators = 64
/** Of what encoded data say. */
const maxDecoded = 120

export interface Indicator {
  readonly kind: IndicatorKind
  /** In the string, in characters. */
  readonly start: number
  readonly end: number
  /** Of encoded data: the beginning of what is in them, where that is text; `MZ`-like heads are named. */
  readonly decoded?: string
}

const expressions: readonly (readonly [IndicatorKind, RegExp, string])[] = [
  [
    'url',
    /\b(?:https?|ftps?|sftp|wss?|ldaps?|smb|file|tcp|udp|ssh|git|magnet|data|hxxps?):\/\/[^\s"'<>`{}|\\^]{3,2000}/gi,
    '://',
  ],
  ['email', /\b[\w.%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}\.[a-z]{2,18}\b/gi, '@'],
  [
    'ipv4',
    /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])(?::\d{1,5})?/g,
    '.',
  ],
  ['ipv6', /(?<![\w:.])[0-9a-f:]{6,39}(?![\w:.])/gi, ':'],
  [
    'registry-key',
    /\b(?:HKEY_[A-Z_]{4,30}|HKLM|HKCU|HKCR|HKU)\\[^"'<>|\r\n]{2,500}|\b(?:SOFTWARE|SYSTEM)\\(?:Microsoft|Classes|Policies|CurrentControlSet|ControlSet\d{3}|Wow6432Node)\b[^"'<>|\r\n]{0,500}/gi,
    '\\',
  ],
  [
    'windows-path',
    /\b[a-z]:\\(?:[^\\/:*?"<>|\r\n\t]{1,255}\\){0,64}[^\\/:*?"<>|\r\n\t]{1,255}|%[a-z_()0-9]{3,40}%\\[^"<>|\r\n\t]{1,500}/gi,
    '\\',
  ],
  ['unc-path', /(?<![\\\w])\\\\[\w.$-]{1,255}\\[^\s"<>|*?]{2,500}/g, '\\\\'],
  [
    'unix-path',
    /(?<![\w/.:<])\/(?:bin|boot|dev|etc|home|lib|lib64|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)\/[\w.+@%~-]{1,255}(?:\/[\w.+@%~-]{1,255}){0,64}/g,
    '/',
  ],
  ['hex', /(?<![\w])(?:0x)?(?:[0-9a-f]{2}){16,4096}(?![\w])/gi, ''],
  ['base64', /(?<![\w+/=$.-])[A-Za-z0-9+/]{24,8192}={0,2}(?![\w+/=$-])/g, ''],
]

/** In the order of their place; none overlaps another, except that encoded data may stand in an address. */
export function indicatorsOf(text: string): Indicator[] {
  const part = text.length > maxLength ? text.slice(0, maxLength) : text
  const found: Indicator[] = []
  for (const [kind, expression, mark] of expressions) {
    if (mark !== '' && !part.includes(mark)) continue
    if (mark === '' && part.length < 24) continue
    for (const match of part.matchAll(expression)) {
      const [whole] = match
      const end = match.index + trimmedLength(whole)
      if (found.length >= maxIndicators) return sorted(found)
      if (found.some((other) => match.index < other.end && other.start < end)) continue
      const indicator = check(kind, part.slice(match.index, end))
      if (indicator !== undefined) found.push({ kind, start: match.index, end, ...indicator })
    }
  }
  return sorted(found)
}

function sorted(found: Indicator[]): Indicator[] {
  return found.toSorted((a, b) => a.start - b.start)
}

/** Punctuation that ends a sentence, not an address. */
function trimmedLength(text: string): number {
  let end = text.length
  while (end > 0 && ".,;:!?)]' ".includes(text[end - 1] ?? '')) end -= 1
  return end
}

/** Undefined: it only looks like one. */
function check(kind: IndicatorKind, text: string): Pick<Indicator, 'decoded'> | undefined {
  switch (kind) {
    case 'base64':
      return checkBase64(text)
    case 'hex':
      return describe(Buffer.from(text.replace(/^0x/i, ''), 'hex'), /\d/.test(text) && /[a-f]/i.test(text))
    case 'ipv4':
      // Versions of programs look like addresses: those with a zero in front, or of which three parts are below ten.
      return text.startsWith('0.') || text.split(/[.:]/, 4).filter((part) => Number(part) < 10).length >= 3
        ? exception(text)
        : {}
    case 'ipv6':
      return isIPv6(text) && /\d/.test(text) && text.split(':').filter((part) => part !== '').length > 2
        ? {}
        : undefined
    default:
      return {}
  }
}

function exception(address: string): Pick<Indicator, 'decoded'> | undefined {
  return /^(?:127\.0\.0\.1|8\.8\.8\.8|8\.8\.4\.4|1\.1\.1\.1|1\.0\.0\.1|9\.9\.9\.9|10\.0\.0\.\d)(?::|$)/.test(
    address,
  )
    ? {}
    : undefined
}

/** Names of functions and paths are letters only, too: encoded data have upper and lower case and digits, in turns. */
function checkBase64(text: string): Pick<Indicator, 'decoded'> | undefined {
  const body = text.replace(/=+$/, '')
  if (body.length % 4 === 1 || (text.endsWith('=') && text.length % 4 !== 0)) return undefined
  const data = Buffer.from(body, 'base64')
  const told = describe(data, false)
  if (told !== undefined) return told
  const turns = body.match(/[a-z](?=[A-Z0-9+/])|[A-Z](?=[0-9+/])|[0-9+/](?=[A-Za-z])/g)?.length ?? 0
  const isMixed = /[a-z]/.test(body) && /[A-Z]/.test(body) && /[0-9]/.test(body)
  return isMixed && body.length >= 40 && turns * 4 > body.length ? {} : undefined
}

const heads: readonly (readonly [string, string])[] = [
  ['4d5a', 'MZ program'],
  ['7f454c46', 'ELF program'],
  ['504b0304', 'ZIP archive'],
  ['1f8b08', 'gzip data'],
  ['25504446', 'PDF document'],
  ['d0cf11e0a1b11ae1', 'OLE document'],
]

/** What the data are; `{}` where that is not known but they count nevertheless. */
function describe(data: Buffer, counts: boolean): Pick<Indicator, 'decoded'> | undefined {
  const head = data.subarray(0, 8).toString('hex')
  const known = heads.find(([start]) => head.startsWith(start))
  if (known !== undefined && data.length >= 16) return { decoded: known[1] }
  const narrow = data.subarray(0, maxDecoded).toString('latin1')
  if (/^[\x20-\x7e\t\r\n]{12,}$/.test(narrow)) return { decoded: narrow }
  const wide = data.subarray(0, 2 * maxDecoded).toString('utf16le')
  if (/^[\x20-\x7e\t\r\n]{8,}$/.test(wide)) return { decoded: wide }
  return counts ? {} : undefined
}
