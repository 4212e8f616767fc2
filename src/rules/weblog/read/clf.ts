// Apache's common, combined and vhost_combined, nginx's combined, Traefik's CLF and whatever appends fields to these, read by
// hand: one pass, no pattern. https://httpd.apache.org/docs/2.4/logs.html#accesslog

import { isAddressList } from '../address.ts'
import type { WebRequest } from '../request.ts'
import type { LineReader, ReadLine } from './line-reader.ts'
import { clfTimeMs } from './log-time.ts'
import { closingQuote, fieldText, unescapeField } from './quoted.ts'
import { splitRequestLine } from './request-line.ts'

const space = 32
const dash = 45
const quote = 34

export const clfReader: LineReader = {
  id: 'combined',
  read: readClf,
}

interface Head {
  readonly host: string
  readonly client: string
  readonly user: string
}

function readClf(line: string): ReadLine | undefined {
  const bracket = line.indexOf('[')
  if (bracket < 4 || line.charCodeAt(bracket - 1) !== space) return undefined
  const timeMs = clfTimeMs(line, bracket + 1)
  if (timeMs === undefined) return undefined
  const quoteAt = line.indexOf('"', bracket + 20)
  if (quoteAt === -1 || quoteAt > bracket + 40) return undefined
  const head = readHead(line, bracket - 1)
  const end = closingQuote(line, quoteAt + 1, 'status')
  if (head === undefined || end === -1) return undefined
  const request = readRest(line, { timeMs, head, from: quoteAt + 1, to: end })
  return request === undefined ? undefined : { kind: 'request', request }
}

/** `[VHOST[:PORT] ]CLIENT IDENT USER`, `end` at the space before the bracket. A user may hold spaces. */
function readHead(line: string, end: number): Head | undefined {
  const first = line.indexOf(' ')
  if (first < 1 || first >= end) return undefined
  const second = line.indexOf(' ', first + 1)
  if (second === -1 || second >= end) return undefined
  const third = line.indexOf(' ', second + 1)
  const isVhost =
    third !== -1 && third < end && line.charCodeAt(second + 1) === dash && line.charCodeAt(first + 1) !== dash
  if (!isVhost) {
    return { host: '', client: line.slice(0, first), user: fieldText(line, second + 1, end) }
  }
  return {
    host: withoutPort(line.slice(0, first)),
    client: line.slice(first + 1, second),
    user: fieldText(line, third + 1, end),
  }
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':')
  return colon > 0 && !host.endsWith(']') && host.indexOf(':') === colon ? host.slice(0, colon) : host
}

interface RequestPlace {
  readonly timeMs: number
  readonly head: Head
  readonly from: number
  readonly to: number
}

function readRest(line: string, { timeMs, head, from, to }: RequestPlace): WebRequest | undefined {
  const status = number(line, to + 2)
  let at = line.indexOf(' ', to + 2)
  const bytes = at === -1 ? -1 : number(line, at + 1)
  at = at === -1 ? -1 : line.indexOf('"', at + 1)
  let referer = ''
  let userAgent = ''
  let forwarded = ''
  if (at !== -1) {
    const refererEnd = closingQuote(line, at + 1, 'any')
    if (refererEnd === -1) return undefined
    referer = text(line, at + 1, refererEnd)
    at = line.indexOf('"', refererEnd + 1)
    if (at !== -1) {
      const agentEnd = closingQuote(line, at + 1, 'any')
      userAgent = text(line, at + 1, agentEnd === -1 ? line.length : agentEnd)
      if (agentEnd !== -1 && agentEnd + 4 < line.length) forwarded = forwardedIn(line, agentEnd + 2)
    }
  }
  const { method, target, protocol } = splitRequestLine(text(line, from, to))
  return {
    timeMs,
    client: head.client,
    method,
    target,
    protocol,
    status: Math.max(0, status),
    bytes,
    referer,
    userAgent,
    host: head.host,
    user: head.user,
    durationMs: -1,
    ...(forwarded === '' ? {} : { forwarded }),
  }
}

/** nginx's own example of a format ends with "$http_x_forwarded_for"; other fields there are no lists of addresses. */
function forwardedIn(line: string, at: number): string {
  if (line.charCodeAt(at) !== quote) return ''
  const end = line.indexOf('"', at + 1)
  const field = end === -1 ? '' : line.slice(at + 1, end)
  return isAddressList(field) ? field : ''
}

function text(line: string, from: number, to: number): string {
  return unescapeField(fieldText(line, from, to))
}

/** The number at `at`, up to 15 digits; -1 where there is none. */
function number(line: string, at: number): number {
  let value = 0
  let end = at
  for (; end < at + 15; end += 1) {
    const digit = line.charCodeAt(end) - 48
    if (!(digit >= 0 && digit <= 9)) break
    value = value * 10 + digit
  }
  return end === at ? -1 : value
}
