// The file `History` of Chromium and all browsers made of it (Chrome, Edge, Brave, Opera, Vivaldi …): components/history of its
// source describes the tables.

import type { Notes } from '../note.ts'
import type { SqlitePages } from '../sqlite/index.ts'
import { addressesOf } from './addresses.ts'
import { type Columns, numberOf, present, textOf, webkitTime } from './columns.ts'
import type { BrowserDownload, BrowserRecord, BrowserSearch, BrowserVisit } from './record.ts'
import { rowsOf } from './rows.ts'

const wanted = ['url', 'title', 'visit_count', 'typed_count', 'last_visit_time', 'hidden']
/** Visits that later ones may point back to. */
const maxTargets = 500_000
/** Addresses of all downloads. */
const maxChained = 100_000

/** ui/base/page_transition_types.h */
const transitions = [
  'link',
  'typed',
  'auto-bookmark',
  'auto-subframe',
  'manual-subframe',
  'generated',
  'auto-toplevel',
  'form-submit',
  'reload',
  'keyword',
  'keyword-generated',
]
const qualifiers: readonly (readonly [number, string])[] = [
  [0x0080_0000, 'blocked'],
  [0x0100_0000, 'forward-back'],
  [0x0200_0000, 'from-address-bar'],
  [0x0400_0000, 'home-page'],
  [0x0800_0000, 'from-api'],
  [0x4000_0000, 'client-redirect'],
  [0x8000_0000, 'server-redirect'],
]

const states = ['in-progress', 'complete', 'cancelled', 'interrupted', 'interrupted']
/** components/download/public/common/download_danger_type.h */
const dangers = [
  'not-dangerous',
  'dangerous-file',
  'dangerous-url',
  'dangerous-content',
  'maybe-dangerous-content',
  'uncommon-content',
  'user-validated',
  'dangerous-host',
  'potentially-unwanted',
  'allowlisted-by-policy',
  'async-scanning',
  'blocked-password-protected',
  'blocked-too-large',
  'sensitive-content-warning',
  'sensitive-content-block',
  'deep-scanned-safe',
  'deep-scanned-opened-dangerous',
  'prompt-for-scanning',
  'blocked-unsupported-filetype',
  'dangerous-account-compromise',
]

interface Addresses {
  readonly addresses: ReadonlyMap<number, Columns>
  /** Those that some visit was to. */
  readonly visited: Set<number>
}

export function* chromiumHistory(pages: SqlitePages, notes: Notes): Generator<BrowserRecord> {
  const addresses = addressesOf(pages, { table: 'urls', wanted }, notes)
  const visited = new Set<number>()
  yield* visits(pages, { addresses, visited }, notes)
  for (const [id, address] of addresses)
    if (!visited.has(id)) yield visitOf({}, { id: 0, address, from: undefined })
  yield* downloads(pages, notes)
  for (const { values } of rowsOf(pages, 'keyword_search_terms', notes)) {
    const term = textOf(values, 'term')
    const address = addresses.get(numberOf(values, 'url_id') ?? -1) ?? {}
    if (term !== undefined) yield searchOf(term, address)
  }
}

function* visits(
  pages: SqlitePages,
  { addresses, visited }: Addresses,
  notes: Notes,
): Generator<BrowserVisit> {
  /** Which address a visit was to: visits point at earlier ones. */
  const targets = new Map<number, number>()
  for (const { rowid, values } of rowsOf(pages, 'visits', notes)) {
    const target = numberOf(values, 'url') ?? -1
    if (targets.size < maxTargets) targets.set(rowid, target)
    const address = addresses.get(target)
    if (address !== undefined) visited.add(target)
    const earlier = targets.get(numberOf(values, 'from_visit') ?? -1)
    const from = earlier === undefined ? undefined : addresses.get(earlier)
    yield visitOf(values, { id: rowid, address: address ?? {}, from })
  }
}

interface VisitOf {
  readonly id: number
  readonly address: Columns
  readonly from: Columns | undefined
}

function visitOf(visit: Columns, { id, address, from }: VisitOf): BrowserVisit {
  const transition = numberOf(visit, 'transition')
  const bits = (transition ?? 0) >>> 0
  const found = qualifiers.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name)
  const duration = numberOf(visit, 'visit_duration') ?? 0
  return present({
    kind: 'visit' as const,
    browser: 'chromium' as const,
    id,
    time: id === 0 ? webkitTime(address, 'last_visit_time') : webkitTime(visit, 'visit_time'),
    url: textOf(address, 'url') ?? '',
    title: textOf(address, 'title'),
    transition: transition === undefined ? undefined : (transitions[bits & 255] ?? String(bits & 255)),
    qualifiers: found.length === 0 ? undefined : found,
    from: from === undefined ? undefined : textOf(from, 'url'),
    durationMs: duration > 0 ? Math.round(duration / 1000) : undefined,
    visits: numberOf(address, 'visit_count'),
    typed: numberOf(address, 'typed_count'),
    hidden: numberOf(address, 'hidden') === 1 ? (true as const) : undefined,
  })
}

function* downloads(pages: SqlitePages, notes: Notes): Generator<BrowserDownload> {
  const chains = new Map<number, [number, string][]>()
  let chained = 0
  for (const { values } of rowsOf(pages, 'downloads_url_chains', notes)) {
    if (chained++ >= maxChained) {
      notes.add(`only the first ${maxChained} addresses of downloads are read`)
      break
    }
    const id = numberOf(values, 'id') ?? -1
    const url = textOf(values, 'url')
    if (url === undefined) continue
    const chain = chains.get(id) ?? []
    chain.push([numberOf(values, 'chain_index') ?? 0, url])
    chains.set(id, chain)
  }
  for (const { rowid, values } of rowsOf(pages, 'downloads', notes)) {
    const id = numberOf(values, 'id') ?? rowid
    const chain = (chains.get(id) ?? []).toSorted(([a], [b]) => a - b).map(([, url]) => url)
    yield downloadOf(id, values, chain)
  }
}

function downloadOf(id: number, columns: Columns, chain: readonly string[]): BrowserDownload {
  const { hash } = columns
  const [state, danger] = [numberOf(columns, 'state'), numberOf(columns, 'danger_type')]
  return present({
    kind: 'download' as const,
    browser: 'chromium' as const,
    id,
    time: webkitTime(columns, 'start_time'),
    ended: webkitTime(columns, 'end_time'),
    target: textOf(columns, 'target_path') ?? textOf(columns, 'current_path') ?? '',
    url: chain.at(-1) ?? '',
    chain: chain.length > 1 ? chain : undefined,
    referrer: textOf(columns, 'referrer'),
    page: textOf(columns, 'tab_url'),
    mimeType: textOf(columns, 'mime_type'),
    bytes: numberOf(columns, 'received_bytes'),
    totalBytes: numberOf(columns, 'total_bytes'),
    state: state === undefined ? undefined : (states[state] ?? String(state)),
    danger: danger === undefined ? undefined : (dangers[danger] ?? String(danger)),
    opened: columns['opened'] === undefined ? undefined : columns['opened'] === 1,
    sha256: hash instanceof Uint8Array && hash.length === 32 ? Buffer.from(hash).toString('hex') : undefined,
  })
}

function searchOf(term: string, address: Columns): BrowserSearch {
  return present({
    kind: 'search' as const,
    browser: 'chromium' as const,
    time: webkitTime(address, 'last_visit_time'),
    term,
    url: textOf(address, 'url'),
  })
}
