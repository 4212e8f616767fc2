// What each field of a LogFormat or log_format means for a request. A setter refuses a text that the field cannot hold, so
// that lines of another format are not taken for this one.

import type { WebRequest } from '../request.ts'
import { clfTimeMs, epochTimeMs, isoTimeMs } from './log-time.ts'
import { splitRequestLine } from './request-line.ts'

export type RequestFields = {
  -readonly [K in keyof WebRequest]?: WebRequest[K] | undefined
} & { path?: string; query?: string }

/** False: the text does not fit. */
export type FieldSetter = (fields: RequestFields, text: string) => boolean

type TextField =
  | 'client'
  | 'method'
  | 'target'
  | 'protocol'
  | 'referer'
  | 'userAgent'
  | 'host'
  | 'user'
  | 'cookie'
  | 'body'
  | 'path'
  | 'query'

function into(field: TextField): FieldSetter {
  return (fields, text) => {
    fields[field] = text === '-' ? '' : text
    return true
  }
}

function client(fields: RequestFields, text: string): boolean {
  if (text.includes(' ')) return false
  if (text !== '-') fields.client = text
  return true
}

/** A list of hops says more than one address of a proxy, so it wins. */
function forwarded(fields: RequestFields, text: string): boolean {
  const known = fields.forwarded
  if (text !== '-' && (known === undefined || text.includes(','))) fields.forwarded = text
  return true
}

function request(fields: RequestFields, text: string): boolean {
  Object.assign(fields, splitRequestLine(text === '-' ? '' : text))
  return true
}

function status(fields: RequestFields, text: string): boolean {
  if (!/^(?:\d{3}|-)$/.test(text)) return false
  fields.status = text === '-' ? 0 : Number(text)
  return true
}

function bytes(fields: RequestFields, text: string): boolean {
  if (!/^(?:\d{1,15}|-)$/.test(text)) return false
  fields.bytes = text === '-' ? 0 : Number(text)
  return true
}

function duration(perMs: number): FieldSetter {
  return (fields, text) => {
    if (!/^(?:\d{1,15}(?:\.\d{1,9})?|-)$/.test(text)) return false
    if (text !== '-') fields.durationMs = Math.round(Number(text) / perMs)
    return true
  }
}

function time(read: (text: string) => number | undefined): FieldSetter {
  return (fields, text) => {
    fields.timeMs = read(text)
    return fields.timeMs !== undefined
  }
}

const clfTime = time((text) => clfTimeMs(text, 0))
const isoTime = time((text) => isoTimeMs(text))
const epochTime = time(epochTimeMs)

/** A time format of strftime(3) is read as whichever of the usual ones it gives; one that gives none says nothing. */
function apacheTime(argument: string | undefined): FieldSetter | undefined {
  if (argument === undefined) return clfTime
  if (/^(?:begin:|end:)?(?:sec|msec|usec)$/.test(argument)) return epochTime
  if (/%Y-%m-%d.%(?:T|H:%M:%S)/.test(argument)) return isoTime
  return argument.startsWith('%d/%b/%Y:%') ? clfTime : undefined
}

const headers: Readonly<Record<string, FieldSetter>> = {
  referer: into('referer'),
  'user-agent': into('userAgent'),
  host: into('host'),
  cookie: into('cookie'),
  'x-forwarded-for': forwarded,
  forwarded,
  'x-real-ip': forwarded,
  'true-client-ip': forwarded,
  'cf-connecting-ip': forwarded,
}

const apacheLetters: Readonly<Record<string, FieldSetter>> = {
  h: client,
  a: client,
  u: into('user'),
  r: request,
  m: into('method'),
  U: into('path'),
  q: into('query'),
  H: into('protocol'),
  s: status,
  b: bytes,
  B: bytes,
  O: bytes,
  v: into('host'),
  V: into('host'),
}

const timeUnits: Readonly<Record<string, number>> = { s: 0.001, ms: 1, us: 1000 }

export function apacheSetter(letter: string, argument: string | undefined): FieldSetter | undefined {
  if (letter === 't') return apacheTime(argument)
  if (letter === 'D') return duration(1000)
  if (letter === 'T') return duration(timeUnits[argument ?? 's'] ?? 0.001)
  // Written so by the compiler for %U%q.
  if (letter === 'U' && argument !== undefined) return into('target')
  if (letter === 'i') return headers[(argument ?? '').toLowerCase()]
  return Object.hasOwn(apacheLetters, letter) ? apacheLetters[letter] : undefined
}

const nginxNames: Readonly<Record<string, FieldSetter>> = {
  remote_addr: client,
  realip_remote_addr: client,
  http_x_forwarded_for: forwarded,
  proxy_add_x_forwarded_for: forwarded,
  http_forwarded: forwarded,
  http_x_real_ip: forwarded,
  http_cf_connecting_ip: forwarded,
  remote_user: into('user'),
  time_local: clfTime,
  time_iso8601: isoTime,
  msec: epochTime,
  request,
  request_uri: into('target'),
  uri: into('path'),
  args: into('query'),
  query_string: into('query'),
  request_method: into('method'),
  server_protocol: into('protocol'),
  status,
  body_bytes_sent: bytes,
  bytes_sent: bytes,
  http_referer: into('referer'),
  http_user_agent: into('userAgent'),
  http_host: into('host'),
  host: into('host'),
  server_name: into('host'),
  http_cookie: into('cookie'),
  request_body: into('body'),
  request_time: duration(0.001),
}

export function nginxSetter(name: string): FieldSetter | undefined {
  return Object.hasOwn(nginxNames, name) ? nginxNames[name] : undefined
}

export function requestOf(fields: RequestFields): WebRequest {
  const query = fields.query ?? ''
  const mark = query === '' || query.startsWith('?') ? '' : '?'
  return {
    timeMs: fields.timeMs,
    client: fields.client ?? '',
    ...(fields.forwarded === undefined ? {} : { forwarded: fields.forwarded }),
    method: fields.method ?? '',
    target: fields.target ?? `${fields.path ?? ''}${mark}${query}`,
    protocol: fields.protocol ?? '',
    status: fields.status ?? 0,
    bytes: fields.bytes ?? -1,
    referer: fields.referer ?? '',
    userAgent: fields.userAgent ?? '',
    host: fields.host ?? '',
    user: fields.user ?? '',
    durationMs: fields.durationMs ?? -1,
    ...(fields.cookie === undefined ? {} : { cookie: fields.cookie }),
    ...(fields.body === undefined ? {} : { body: fields.body }),
  }
}
