// Firefox: places.sqlite (visits, and since version 20 downloads as annotations), downloads.sqlite of older ones, and the search
// bar's entries in formhistory.sqlite. toolkit/components/places of its source describes the tables.

import type { Notes } from '../note.ts'
import type { SqlitePages } from '../sqlite/index.ts'
import { addressesOf } from './addresses.ts'
import { type Columns, numberOf, present, textOf, unixTime } from './columns.ts'
import type { BrowserDownload, BrowserRecord, BrowserSearch, BrowserVisit } from './record.ts'
import { rowsOf } from './rows.ts'

const wanted = ['url', 'title', 'visit_count', 'typed', 'last_visit_date', 'hidden']
/** Visits that later ones may point back to, and downloads. */
const maxPlaces = 500_000

/** nsINavHistoryService, TRANSITION_ */
const transitions = [
  'unknown',
  'link',
  'typed',
  'bookmark',
  'embed',
  'permanent-redirect',
  'temporary-redirect',
  'download',
  'framed-link',
  'reload',
]
/** Of annotations: DownloadHistory.sys.mjs; of the old table nsIDownloadManager. */
const states = [
  'in-progress',
  'complete',
  'failed',
  'cancelled',
  'paused',
  'queued',
  'blocked-by-parental-control',
  'scanning',
  'blocked-by-reputation',
  'blocked-by-policy',
]

/** `tables`: names of those that are there, in lower case. */
export function* firefoxHistory(
  pages: SqlitePages,
  tables: ReadonlySet<string>,
  notes: Notes,
): Generator<BrowserRecord> {
  if (tables.has('moz_places')) yield* places(pages, tables, notes)
  if (tables.has('moz_downloads'))
    for (const { rowid, values } of rowsOf(pages, 'moz_downloads', notes)) yield oldDownload(rowid, values)
  if (tables.has('moz_formhistory'))
    for (const { values } of rowsOf(pages, 'moz_formhistory', notes))
      if (values['fieldname'] === 'searchbar-history') yield searchOf(values)
}

function* places(
  pages: SqlitePages,
  tables: ReadonlySet<string>,
  notes: Notes,
): Generator<BrowserVisit | BrowserDownload> {
  const addresses = addressesOf(pages, { table: 'moz_places', wanted }, notes)
  const visited = new Set<number>()
  if (tables.has('moz_historyvisits')) {
    const targets = new Map<number, number>()
    for (const { rowid, values } of rowsOf(pages, 'moz_historyvisits', notes)) {
      const target = numberOf(values, 'place_id') ?? -1
      if (targets.size < maxPlaces) targets.set(rowid, target)
      if (addresses.has(target)) visited.add(target)
      const earlier = targets.get(numberOf(values, 'from_visit') ?? -1)
      const from = earlier === undefined ? undefined : addresses.get(earlier)
      yield visitOf(rowid, values, { address: addresses.get(target) ?? {}, from })
    }
  }
  for (const [id, address] of addresses)
    // A bookmark is an address too, and was perhaps never visited.
    if (!visited.has(id) && numberOf(address, 'last_visit_date') !== undefined)
      yield visitOf(0, {}, { address, from: undefined })
  if (tables.has('moz_annos') && tables.has('moz_anno_attributes')) yield* downloads(pages, addresses, notes)
}

function visitOf(
  id: number,
  visit: Columns,
  { address, from }: { readonly address: Columns; readonly from: Columns | undefined },
): BrowserVisit {
  const type = numberOf(visit, 'visit_type')
  return present({
    kind: 'visit' as const,
    browser: 'firefox' as const,
    id,
    time: id === 0 ? unixTime(address, 'last_visit_date') : unixTime(visit, 'visit_date'),
    url: textOf(address, 'url') ?? '',
    title: textOf(address, 'title'),
    transition: type === undefined ? undefined : (transitions[type] ?? String(type)),
    from: from === undefined ? undefined : textOf(from, 'url'),
    visits: numberOf(address, 'visit_count'),
    typed: numberOf(address, 'typed'),
    hidden: numberOf(address, 'hidden') === 1 ? (true as const) : undefined,
  })
}

interface Annotations {
  id: number
  added: Columns
  target: string | undefined
  metaData: Columns
}

function* downloads(
  pages: SqlitePages,
  addresses: ReadonlyMap<number, Columns>,
  notes: Notes,
): Generator<BrowserDownload> {
  const names = new Map<number, string>()
  for (const { rowid, values } of rowsOf(pages, 'moz_anno_attributes', notes).take(1000))
    names.set(rowid, textOf(values, 'name') ?? '')
  const byPlace = new Map<number, Annotations>()
  for (const { rowid, values } of rowsOf(pages, 'moz_annos', notes)) {
    const name = names.get(numberOf(values, 'anno_attribute_id') ?? -1) ?? ''
    if (!name.startsWith('downloads/') || byPlace.size >= maxPlaces) continue
    const place = numberOf(values, 'place_id') ?? -1
    const known = byPlace.get(place) ?? { id: rowid, added: values, target: undefined, metaData: {} }
    if (name === 'downloads/destinationFileURI') known.target = textOf(values, 'content')
    if (name === 'downloads/metaData') known.metaData = metaDataOf(textOf(values, 'content'))
    byPlace.set(place, known)
  }
  for (const [place, { id, added, target, metaData }] of byPlace) {
    const state = numberOf(metaData, 'state')
    const endMs = numberOf(metaData, 'endTime')
    yield present({
      kind: 'download' as const,
      browser: 'firefox' as const,
      id,
      time: unixTime(added, 'dateAdded'),
      ended: endMs === undefined ? undefined : unixTime({ at: endMs * 1000 }, 'at'),
      target: target ?? '',
      url: textOf(addresses.get(place) ?? {}, 'url') ?? '',
      bytes: numberOf(metaData, 'fileSize'),
      state: state === undefined ? undefined : (states[state] ?? String(state)),
      danger: textOf(metaData, 'reputationCheckVerdict'),
    })
  }
}

function metaDataOf(text: string | undefined): Columns {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? (value as Columns) : {}
  } catch {
    return {}
  }
}

function oldDownload(id: number, columns: Columns): BrowserDownload {
  const state = numberOf(columns, 'state')
  return present({
    kind: 'download' as const,
    browser: 'firefox' as const,
    id,
    time: unixTime(columns, 'startTime'),
    ended: unixTime(columns, 'endTime'),
    target: textOf(columns, 'target') ?? '',
    url: textOf(columns, 'source') ?? '',
    referrer: textOf(columns, 'referrer'),
    mimeType: textOf(columns, 'mimeType'),
    bytes: numberOf(columns, 'currBytes'),
    totalBytes: numberOf(columns, 'maxBytes'),
    state: state === undefined ? undefined : (states[state] ?? String(state)),
  })
}

function searchOf(columns: Columns): BrowserSearch {
  return present({
    kind: 'search' as const,
    browser: 'firefox' as const,
    time: unixTime(columns, 'lastUsed'),
    first: unixTime(columns, 'firstUsed'),
    term: textOf(columns, 'value') ?? '',
    times: numberOf(columns, 'timesUsed'),
  })
}
