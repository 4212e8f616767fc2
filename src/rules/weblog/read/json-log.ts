// Logs of one JSON object a line: Caddy's, Traefik's, and nginx's or Apache's with keys of the administrator's choice, which
// are found under the names that people give them.

import type { WebRequest } from '../request.ts'
import { type RequestFields, requestOf } from './format-fields.ts'
import type { LineReader, ReadLine } from './line-reader.ts'
import { clfTimeMs, epochTimeMs, isoTimeMs } from './log-time.ts'
import { splitRequestLine } from './request-line.ts'

type Json = Readonly<Record<string, unknown>>

export const jsonReader: LineReader = {
  id: 'json',
  read(line) {
    if (!line.startsWith('{')) return undefined
    const object = parse(line)
    const request = object === undefined ? undefined : readObject(object)
    return request === undefined ? undefined : ({ kind: 'request', request } satisfies ReadLine)
  },
}

function parse(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    // Cut or damaged: a malformed line.
    return undefined
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readObject(object: Json): WebRequest | undefined {
  const { request } = object
  if (isObject(request)) return readCaddy(object, request)
  if (object['RequestMethod'] !== undefined) return readTraefik(object)
  return readKeys(object)
}

/** https://caddyserver.com/docs/logging: duration in seconds, headers as lists. */
function readCaddy(object: Json, request: Json): WebRequest {
  const headers = isObject(request['headers']) ? request['headers'] : {}
  return requestOf({
    timeMs: timeOf(object['ts']),
    client: text(request['client_ip'] ?? request['remote_ip']),
    ...forwardedIn(headers['X-Forwarded-For']),
    method: text(request['method']),
    target: text(request['uri']),
    protocol: text(request['proto']),
    status: count(object['status'], 0),
    bytes: count(object['size'] ?? object['bytes_written'], -1),
    referer: firstOf(headers['Referer']),
    userAgent: firstOf(headers['User-Agent']),
    host: text(request['host']),
    user: text(object['user_id']),
    durationMs: milliseconds(object['duration'], 1000),
    ...(headers['Cookie'] === undefined ? {} : { cookie: firstOf(headers['Cookie']) }),
  })
}

/** https://doc.traefik.io/traefik/observability/access-logs/: Duration in nanoseconds. */
function readTraefik(object: Json): WebRequest {
  return requestOf({
    timeMs: timeOf(object['StartUTC'] ?? object['time']),
    client: text(object['ClientHost'] ?? object['ClientAddr']),
    ...forwardedIn(object['request_X-Forwarded-For']),
    method: text(object['RequestMethod']),
    target: text(object['RequestPath']),
    protocol: text(object['RequestProtocol']),
    status: count(object['DownstreamStatus'], 0),
    bytes: count(object['DownstreamContentSize'], -1),
    referer: text(object['request_Referer']),
    userAgent: text(object['request_User-Agent']),
    host: text(object['RequestHost'] ?? object['RequestAddr']),
    user: text(object['ClientUsername']),
    durationMs: milliseconds(object['Duration'], 1e-6),
  })
}

type TextField =
  | 'client'
  | 'forwarded'
  | 'method'
  | 'target'
  | 'protocol'
  | 'referer'
  | 'userAgent'
  | 'host'
  | 'user'
  | 'cookie'
  | 'body'

/** Names without signs and in small letters, the best one first. */
const keys: Readonly<
  Record<
    TextField | 'time' | 'request' | 'query' | 'path' | 'status' | 'bytes' | 'seconds',
    readonly string[]
  >
> = {
  client: [
    'remoteaddr',
    'remoteip',
    'clientip',
    'client',
    'ip',
    'remotehost',
    'hostip',
    'remote',
    'srcip',
    'clientaddr',
    'sourceip',
  ],
  forwarded: [
    'httpxforwardedfor',
    'xforwardedfor',
    'requestxforwardedfor',
    'forwardedfor',
    'httpforwarded',
    'httpxrealip',
    'xrealip',
    'realip',
  ],
  method: ['requestmethod', 'method', 'verb', 'httpmethod', 'httprequestmethod'],
  target: ['requesturi', 'uri', 'url', 'requesturl', 'urloriginal'],
  path: ['requestpath', 'path', 'urlpath'],
  query: ['querystring', 'query', 'args', 'urlquery'],
  protocol: ['serverprotocol', 'protocol', 'proto', 'httpversion', 'requestprotocol'],
  referer: ['httpreferer', 'httpreferrer', 'referer', 'referrer', 'requestreferer'],
  userAgent: ['httpuseragent', 'useragent', 'agent', 'ua', 'requestuseragent', 'useragentoriginal'],
  host: ['httphost', 'vhost', 'servername', 'host', 'domain'],
  user: ['remoteuser', 'user', 'username', 'authuser'],
  cookie: ['httpcookie', 'cookie'],
  body: ['requestbody', 'body', 'postdata'],
  time: ['timeiso8601', 'timelocal', 'timestamp', 'time', 'msec', 'ts', 'date', 'datetime'],
  request: ['request', 'requestline'],
  status: [
    'status',
    'statuscode',
    'httpstatus',
    'code',
    'responsecode',
    'response',
    'httpresponsestatuscode',
  ],
  bytes: [
    'bodybytessent',
    'bytessent',
    'bytes',
    'size',
    'bytesout',
    'responsesize',
    'length',
    'contentlength',
  ],
  seconds: ['requesttime', 'duration', 'responsetime'],
}

function readKeys(object: Json): WebRequest | undefined {
  const found = new Map<string, unknown>()
  for (const [key, value] of Object.entries(object).slice(0, 200)) {
    const plain = key.toLowerCase().replaceAll(/[^a-z\d]/g, '')
    if (!found.has(plain)) found.set(plain, value)
  }
  const get = (field: keyof typeof keys): unknown => {
    for (const name of keys[field]) {
      const value = found.get(name)
      if (value !== undefined && value !== '' && value !== '-' && value !== null) return value
    }
    return undefined
  }
  const line = text(get('request'))
  const parts = line === '' ? undefined : splitRequestLine(line)
  const fields: RequestFields = {
    timeMs: timeOf(get('time')),
    client: text(get('client')).split(',', 1)[0] ?? '',
    ...forwardedIn(get('forwarded')),
    method: text(get('method')) || parts?.method,
    target: text(get('target')) || parts?.target,
    path: text(get('path')),
    query: text(get('query')),
    protocol: text(get('protocol')) || parts?.protocol,
    status: count(get('status'), 0),
    bytes: count(get('bytes'), -1),
    referer: text(get('referer')),
    userAgent: text(get('userAgent')),
    host: text(get('host')),
    user: text(get('user')),
    durationMs: milliseconds(get('seconds'), 1000),
  }
  const cookie = text(get('cookie'))
  const body = text(get('body'))
  if (cookie !== '') fields.cookie = cookie
  if (body !== '') fields.body = body
  const hasTarget = fields.target !== undefined || fields.path !== ''
  return hasTarget && (fields.status !== 0 || fields.method !== undefined) ? requestOf(fields) : undefined
}

function forwardedIn(value: unknown): { forwarded?: string } {
  const header = Array.isArray(value) ? value.slice(0, 32).map(text).join(',') : text(value)
  return header === '' || header === '-' ? {} : { forwarded: header }
}

function firstOf(value: unknown): string {
  return text(Array.isArray(value) ? value[0] : value)
}

/** As bytes in a latin1 string; what JSON escapes wrote beyond them becomes UTF-8. */
function text(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return ''
  // eslint-disable-next-line no-control-regex -- all that one byte cannot hold
  return /[^\u0000-\u00ff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value
}

function count(value: unknown, otherwise: number): number {
  const number = typeof value === 'string' ? Number.parseInt(value, 10) : value
  return typeof number === 'number' && number >= 0 && number < 1e15 ? Math.floor(number) : otherwise
}

function milliseconds(value: unknown, factor: number): number {
  const number = typeof value === 'string' ? Number.parseFloat(value) : value
  return typeof number === 'number' && number >= 0 && number < 1e18 ? Math.round(number * factor) : -1
}

function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return epochTimeMs(value)
  if (typeof value !== 'string') return undefined
  return (
    isoTimeMs(value) ??
    clfTimeMs(value, 0) ??
    (/^\d+(?:\.\d+)?$/.test(value) ? epochTimeMs(value) : undefined)
  )
}
