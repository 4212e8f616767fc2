// WebCacheV01.dat of Internet Explorer 10 and 11, old Edge and all that uses WinINet: history, downloads, cookies, cached files. The
// layout is not published; see FORMAT.md.

import { type EseDatabase, type EseTable, type EseValue, ticksTime } from '../ese-database.ts'
import { readDownload, readResponse, type WebCacheDownload, type WebCacheResponse } from './response.ts'

const mostContainers = 10_000
const containerTable = /^Container_(\d{1,10})$/
const cookieTable = /^CookieEntryEx_(\d{1,10})$/
/** `Visited: user@url`, `:2014031020140317: user@url`, `Cookie:user@host/`. */
const ownedUrl = /^(?:[A-Za-z]{1,20}|:\d{16}):\s{0,4}([^@/\\]{0,256})@(.*)$/s
const mostUrl = 65_536

export type WebCacheKind = 'history' | 'download' | 'cookie' | 'cache' | 'storage' | 'other'

export interface WebCacheContainer {
  readonly id: number
  /** E.g. `Content`, `History`, `MSHist012026011920260126`, `iedownload`, `Cookies`. */
  readonly name: string
  readonly directory?: string
  /** Of an app container or of a level of integrity. */
  readonly partition?: string
}

export interface WebCacheRecord {
  readonly kind: WebCacheKind
  readonly table: string
  readonly container?: WebCacheContainer
  /** Number of the entry in its table. */
  readonly entryId?: number
  /** Without what the cache puts in front of it. */
  readonly url?: string
  /** Who visited it, where the entry says so. */
  readonly user?: string
  readonly accessCount?: number
  readonly fileName?: string
  readonly fileBytes?: number
  readonly redirectUrl?: string
  /** Entries of the containers of days and weeks keep local time in `modified`. */
  readonly accessed?: string
  readonly modified?: string
  readonly created?: string
  readonly expires?: string
  readonly synced?: string
  readonly checked?: string
  readonly response?: WebCacheResponse
  readonly download?: WebCacheDownload
  /** The value of a cookie is never told. */
  readonly cookie?: { readonly name?: string; readonly domain?: string; readonly path?: string }
}

/** Entries of all containers, container by container. */
export function* readWebCache(database: EseDatabase): Generator<WebCacheRecord> {
  const containers = readContainers(database)
  for (const table of database.tables) {
    const [, id] = containerTable.exec(table.name) ?? []
    if (id !== undefined) yield* readEntries(database, table, containers.get(Number(id)))
    const [, cookies] = cookieTable.exec(table.name) ?? []
    if (cookies !== undefined) yield* readCookies(database, table, containers.get(Number(cookies)))
  }
}

function readContainers(database: EseDatabase): Map<number, WebCacheContainer> {
  const containers = new Map<number, WebCacheContainer>()
  const table = database.table('Containers')
  if (table === undefined) {
    database.notes.add('there is no table of containers: kinds of entries are not known')
    return containers
  }
  const columns = ['ContainerId', 'Name', 'Directory', 'PartitionId']
  for (const [key, name, directory, partition] of database.rows(table, columns)) {
    const id = numberOf(key)
    if (id === undefined) continue
    if (containers.size >= mostContainers) {
      database.notes.add(`only the first ${mostContainers} containers are named`)
      break
    }
    containers.set(id, {
      id,
      name: textOf(name) ?? '',
      ...some('directory', textOf(directory)),
      ...some('partition', textOf(partition)),
    })
  }
  return containers
}

function kindOf(container: WebCacheContainer | undefined): WebCacheKind {
  const name = container?.name.toLowerCase() ?? ''
  if (name === 'content') return 'cache'
  if (name === 'cookies') return 'cookie'
  if (name === 'history' || name.startsWith('mshist')) return 'history'
  if (name.startsWith('iedownload')) return 'download'
  return name === 'domstore' ? 'storage' : 'other'
}

const entryColumns = [
  'EntryId',
  'Url',
  'AccessCount',
  'Filename',
  'FileSize',
  'RedirectUrl',
  'AccessedTime',
  'ModifiedTime',
  'CreationTime',
  'ExpiryTime',
  'SyncTime',
  'PostCheckTime',
  'ResponseHeaders',
]

function* readEntries(
  database: EseDatabase,
  table: EseTable,
  container: WebCacheContainer | undefined,
): Generator<WebCacheRecord> {
  const kind = kindOf(container)
  for (const row of database.rows(table, entryColumns)) {
    const [
      entry,
      told,
      count,
      file,
      size,
      redirect,
      accessed,
      modified,
      created,
      expires,
      synced,
      checked,
      headers,
    ] = row
    const raw = headers instanceof Uint8Array ? headers : undefined
    const response = raw === undefined || kind === 'download' ? undefined : readResponse(raw)
    const owned = ownerOf(textOf(told))
    yield {
      kind,
      table: table.name,
      ...some('container', container),
      ...some('entryId', numberOf(entry)),
      ...owned,
      ...some('user', owned.user ?? response?.user),
      ...some('accessCount', numberOf(count)),
      ...some('fileName', textOf(file)),
      ...some('fileBytes', numberOf(size)),
      ...some('redirectUrl', textOf(redirect)),
      ...some('accessed', timeOf(accessed)),
      ...some('modified', timeOf(modified)),
      ...some('created', timeOf(created)),
      ...some('expires', timeOf(expires)),
      ...some('synced', timeOf(synced)),
      ...some('checked', timeOf(checked)),
      ...some('response', response),
      ...some('download', raw !== undefined && kind === 'download' ? readDownload(raw) : undefined),
    }
  }
}

const cookieColumns = ['EntryId', 'Name', 'RDomain', 'Path', 'Expires', 'LastModified']

function* readCookies(
  database: EseDatabase,
  table: EseTable,
  container: WebCacheContainer | undefined,
): Generator<WebCacheRecord> {
  for (const [entry, name, domain, path, expires, modified] of database.rows(table, cookieColumns)) {
    const reversed = looseText(domain)
    yield {
      kind: 'cookie',
      table: table.name,
      ...some('container', container),
      ...some('entryId', numberOf(entry)),
      ...some('expires', timeOf(expires)),
      ...some('modified', timeOf(modified)),
      cookie: {
        ...some('name', looseText(name)),
        // `com.example.` is example.com and below.
        ...some('domain', reversed?.split('.').toReversed().join('.')),
        ...some('path', looseText(path)),
      },
    }
  }
}

function ownerOf(told: string | undefined): { url?: string; user?: string } {
  if (told === undefined) return {}
  const url = told.slice(0, mostUrl)
  const [, user, rest] = ownedUrl.exec(url) ?? []
  if (rest === undefined) return { url }
  return { url: rest, ...some('user', user === '' ? undefined : user) }
}

function numberOf(value: EseValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'bigint' ? Number(value) : undefined
}

function textOf(value: EseValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Cookies are kept as bytes. */
function looseText(value: EseValue | undefined): string | undefined {
  if (!(value instanceof Uint8Array)) return textOf(value)
  const nul = value.indexOf(0)
  return textOf(Buffer.from(nul < 0 ? value : value.subarray(0, nul)).toString())
}

function timeOf(value: EseValue | undefined): string | undefined {
  return typeof value === 'bigint' ? ticksTime(value) : undefined
}

function some<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value })
}
