// A request in a web server's log as a record for rules of `category: webserver`. Rules are written against what servers
// log in many forms, so a field has each form as a value: encoded and decoded, the query alone and the whole target.

import type { SigmaRecord } from './windows-record.ts'

export interface LoggedRequest {
  readonly client: string
  readonly method: string
  /** Path and query as they stand in the log. */
  readonly target: string
  readonly status: number
  readonly bytes: number
  readonly referer: string
  readonly userAgent: string
  readonly host: string
  readonly user: string
  readonly cookie?: string
}

const maxDecodings = 2

/** Unknown parts (empty, status 0, bytes below 0) are left out. */
export function webRecord(request: LoggedRequest): SigmaRecord {
  const mark = request.target.indexOf('?')
  const path = mark < 0 ? request.target : request.target.slice(0, mark)
  const query = mark < 0 ? '' : request.target.slice(mark + 1)
  const record: Record<string, unknown> = {
    'cs-method': request.method,
    'cs-uri-stem': forms(path),
    // Many rules look for paths here.
    'cs-uri-query': [...forms(query), ...forms(request.target)],
    'cs-uri': forms(request.target),
    'c-uri': forms(request.target),
    'c-uri-query': forms(query),
    'c-uri-extension': /\.([^./]{1,16})$/.exec(path)?.[1] ?? '',
    'sc-status': request.status > 0 ? request.status : '',
    'sc-bytes': request.bytes >= 0 ? request.bytes : '',
    'c-ip': request.client,
    src_ip: request.client,
    'cs-referer': request.referer,
    'cs-referrer': request.referer,
    'cs-user-agent': request.userAgent,
    'c-useragent': request.userAgent,
    'cs-host': request.host,
    'cs-username': request.user,
    'cs-cookie': request.cookie ?? '',
  }
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== '' && value !== '-' && !isEmptyList(value)),
  )
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

/** The text, and what it stands for after one and two decodings. */
function forms(text: string): string[] {
  if (text === '') return []
  const all = [text]
  for (let round = 0; round < maxDecodings; round++) {
    const last = all.at(-1) ?? ''
    const decoded = last.replaceAll('+', ' ').replaceAll(/(?:%[\da-f]{2})+/gi, (bytes) => {
      const raw = Buffer.from(bytes.replaceAll('%', ''), 'hex')
      return raw.toString('utf8')
    })
    if (decoded === last) break
    all.push(decoded)
  }
  return all
}
