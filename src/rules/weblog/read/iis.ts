// IIS and everything else that writes the W3C Extended Log File Format: the fields stand in a #Fields line, which may change
// within a file. https://www.w3.org/TR/WD-logfile.html

import type { WebRequest } from '../request.ts'
import { requestOf } from './format-fields.ts'
import { type LineReader, otherLine, type ReadLine } from './line-reader.ts'
import { isoTimeMs } from './log-time.ts'

/** What IIS 10 logs when nobody changed it. */
const usual =
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken'

const maxFields = 64

/** Keeps the fields that the last #Fields line named. */
export function iisReader(): LineReader {
  let fields = indexOf(usual)
  return {
    id: 'iis',
    read(line) {
      if (!line.startsWith('#')) return readRow(line, fields)
      if (line.startsWith('#Fields:')) fields = indexOf(line.slice(8).trim())
      return /^#(?:Software|Version|Date|Fields|Start-Date|End-Date|Remark):/.test(line)
        ? otherLine
        : undefined
    },
  }
}

interface FieldIndex {
  readonly count: number
  readonly at: ReadonlyMap<string, number>
}

function indexOf(text: string): FieldIndex {
  const names = text.split(/\s+/, maxFields)
  return { count: names.length, at: new Map(names.map((name, index) => [name.toLowerCase(), index])) }
}

function readRow(line: string, fields: FieldIndex): ReadLine | undefined {
  const values = line.split(' ', maxFields + 1)
  if (values.length !== fields.count) return undefined
  const get = (name: string): string => {
    const index = fields.at.get(name)
    const value = index === undefined ? undefined : values[index]
    return value === undefined || value === '-' ? '' : value
  }
  const status = get('sc-status')
  const stem = get('cs-uri-stem')
  if (!/^(?:\d{3}|0)$/.test(status) || stem === '') return undefined
  return { kind: 'request', request: rowRequest(get, { status: Number(status), stem }) }
}

function rowRequest(
  get: (name: string) => string,
  { status, stem }: { readonly status: number; readonly stem: string },
): WebRequest {
  const query = get('cs-uri-query')
  const cookie = get('cs(cookie)')
  const forwarded = spaced(get('x-forwarded-for') || get('cs(x-forwarded-for)'))
  return requestOf({
    timeMs: isoTimeMs(`${get('date')} ${get('time')}`),
    client: get('c-ip'),
    ...(forwarded === '' ? {} : { forwarded }),
    method: get('cs-method'),
    target: query === '' ? stem : `${stem}?${query}`,
    protocol: get('cs-version'),
    status,
    bytes: number(get('sc-bytes')),
    referer: spaced(get('cs(referer)')),
    userAgent: spaced(get('cs(user-agent)')),
    host: get('cs-host'),
    user: spaced(get('cs-username')),
    durationMs: number(get('time-taken')),
    ...(cookie === '' ? {} : { cookie: spaced(cookie) }),
  })
}

/** Spaces are written as plus signs. */
function spaced(text: string): string {
  return text.replaceAll('+', ' ')
}

function number(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1
}
