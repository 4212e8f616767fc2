// A request in a web server's log as rules of `category: webserver` see it. They are written against what servers log in
// many forms, so a field has each form as a value: encoded and decoded, the query alone and the whole target. Nothing is
// decoded before a rule asks for it.

import type { WebRequestSeen } from '../../../model/index.ts'
import type { Getter, Value } from './values.ts'
import type { View } from './view.ts'

const maxDecodings = 2
const maxTargetChars = 64 * 1024

/** Of one request: what has been asked for stays until the next. */
class RequestForms {
  private request: WebRequestSeen | undefined
  private mark = -1
  private wholeForms: readonly string[] | undefined
  private queryForms: readonly string[] | undefined

  private turnTo(request: WebRequestSeen): void {
    if (this.request === request) return
    this.request = request
    this.mark = request.target.indexOf('?')
    this.wholeForms = undefined
    this.queryForms = undefined
  }

  path(request: WebRequestSeen): string {
    this.turnTo(request)
    return this.mark < 0 ? request.target : request.target.slice(0, this.mark)
  }

  target(request: WebRequestSeen): readonly string[] {
    this.turnTo(request)
    this.wholeForms ??= forms(request.target)
    return this.wholeForms
  }

  query(request: WebRequestSeen): readonly string[] {
    this.turnTo(request)
    this.queryForms ??= this.mark < 0 ? [] : forms(request.target.slice(this.mark + 1))
    return this.queryForms
  }
}

/** Records of this view are requests. Unknown parts (empty, `-`, status 0, bytes below 0) are not there. */
export function webView(): View {
  const getters = webGetters()
  return {
    id: 'webserver',
    categories: ['webserver'],
    services: [],
    serviceOnly: false,
    isPlain: false,
    getter: (field) => (Object.hasOwn(getters, field) ? getters[field] : undefined),
    constant: () => undefined,
  }
}

function webGetters(): Readonly<Record<string, Getter>> {
  const seen = new RequestForms()
  const client = text(({ client: address }) => address)
  const referer = text((request) => request.referer)
  const userAgent = text((request) => request.userAgent)
  const host = text((request) => request.host)
  const target: Getter = ofRequest((request) => listed(seen.target(request)))
  const statusOf = text(({ status }) => (status > 0 ? String(status) : ''))
  return {
    // Keywords.
    '': ofRequest((request) => keywordsOf(request, seen)),
    'cs-method': text(({ method }) => method),
    'cs-uri-stem': ofRequest((request) => listed(forms(seen.path(request)))),
    // Many rules look for paths here.
    'cs-uri-query': ofRequest((request) => {
      const query = seen.query(request)
      return query.length === 0 ? listed(seen.target(request)) : [...query, ...seen.target(request)]
    }),
    'cs-uri': target,
    'c-uri': target,
    'c-uri-query': ofRequest((request) => listed(seen.query(request))),
    'c-uri-extension': text((request) => /\.([^./]{1,16})$/.exec(seen.path(request))?.[1] ?? ''),
    'sc-status': statusOf,
    'sc-bytes': text(({ bytes }) => (bytes >= 0 ? String(bytes) : '')),
    'c-ip': client,
    src_ip: client,
    'cs-referer': referer,
    'cs-referrer': referer,
    'cs-user-agent': userAgent,
    'c-useragent': userAgent,
    'cs-host': host,
    'cs-username': text(({ user }) => user),
  }
}

/** The caller of the index gives requests and nothing else; any other record has no fields. */
function ofRequest(read: (request: WebRequestSeen) => Value): Getter {
  return (record) => (isRequest(record) ? read(record) : undefined)
}

function isRequest(record: unknown): record is WebRequestSeen {
  return typeof record === 'object' && record !== null && 'target' in record
}

function text(read: (request: WebRequestSeen) => string): Getter {
  return ofRequest((request) => {
    const value = read(request)
    return value === '' || value === '-' ? undefined : value
  })
}

function listed(texts: readonly string[]): Value {
  return texts.length > 1 ? texts : texts[0]
}

function keywordsOf(request: WebRequestSeen, seen: RequestForms): Value {
  const { method, status, client, referer, userAgent, host, user } = request
  const others = [method, status > 0 ? String(status) : '', client, referer, userAgent, host, user]
  return [...seen.target(request), ...others.filter((one) => one !== '' && one !== '-')]
}

/** The text, and what it stands for after one and two decodings. */
function forms(whole: string): readonly string[] {
  if (whole === '') return []
  const given = whole.length > maxTargetChars ? whole.slice(0, maxTargetChars) : whole
  const all = [given]
  for (let round = 0; round < maxDecodings; round++) {
    const last = all.at(-1) ?? ''
    if (!last.includes('%') && !last.includes('+')) break
    const decoded = last.replaceAll('+', ' ').replaceAll(/(?:%[\da-f]{2})+/gi, decodedBytes)
    if (decoded === last) break
    all.push(decoded)
  }
  return all
}

function decodedBytes(escapes: string): string {
  return Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8')
}
