// Catalog files (.cat): certificate trust lists with the digests of other files, signed as a whole. Most of Windows is
// signed this way, so a file without a signature of its own is not unsigned until the catalogs were looked through.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { contentsOf, DerCursor, derTag, type DerItem, oidOf } from '../../engine/index.ts'
import { digestBytes } from './algorithm.ts'
import { itemOf, itemsOf, type SignedData, signedDataOf } from './cms.ts'
import { indirectDataOf, indirectDataOid } from './indirect-data.ts'

const trustListOid = '1.3.6.1.4.1.311.10.1'
const nameValueOid = '1.3.6.1.4.1.311.12.2.1'
const maxMembers = 1_000_000
const maxAttributes = 64
const maxText = 1024
const maxCatalogBytes = 256 * 1024 * 1024
const maxCatalogs = 100_000
const maxFolders = 10_000

export interface CatalogMember {
  /** Hexadecimal. */
  readonly digest: string
  /** E.g. `File`, `OSAttr`. */
  readonly attributes: Readonly<Record<string, string>>
}

export interface Catalog {
  readonly path: string
  readonly signedData: SignedData
  readonly attributes: Readonly<Record<string, string>>
  /** By digest in hexadecimal. */
  readonly members: ReadonlyMap<string, CatalogMember>
}

/** Undefined: no catalog. */
export function catalogOf(bytes: Uint8Array, path: string): Catalog | undefined {
  const signedData = signedDataOf(itemOf(bytes))
  if (signedData?.contentType !== trustListOid || signedData.content === undefined) return undefined
  const cursor = DerCursor.into(signedData.content)
  let entries: DerItem | undefined
  let extensions: DerItem | undefined
  // Usage, identifier, time, algorithm; the members are the last sequence.
  for (let next = cursor.next(); next !== undefined; next = cursor.next()) {
    if (next.tagClass === 0 && next.tag === derTag.sequence) entries = next
    if (next.tagClass === 2 && next.tag === 0) extensions = next
  }
  const members = new Map<string, CatalogMember>()
  for (const entry of itemsOf(entries, maxMembers)) {
    const member = memberOf(entry)
    if (member !== undefined) members.set(member.digest, member)
  }
  const list = extensions === undefined ? undefined : DerCursor.into(extensions).next()
  return { path, signedData, attributes: extensionNames(list), members }
}

function memberOf(entry: DerItem): CatalogMember | undefined {
  const cursor = DerCursor.into(entry)
  const tag = cursor.expect(derTag.octetString)
  const attributes: Record<string, string> = {}
  let digest: string | undefined
  for (const attribute of itemsOf(cursor.next(), maxAttributes)) {
    const inside = DerCursor.into(attribute)
    const type = oidOf(inside.next())
    const value = itemsOf(inside.next(), 1)[0]
    if (type === nameValueOid) addNameValue(attributes, value)
    if (type !== indirectDataOid) continue
    const data = indirectDataOf(value)
    if (data !== undefined) digest = Buffer.from(data.digest).toString('hex')
  }
  digest ??= tag === undefined ? undefined : digestOfTag(contentsOf(tag))
  return digest === undefined ? undefined : { digest, attributes }
}

const lengths = new Set<number>(Object.values(digestBytes))

/** The tag is the digest itself, or its hexadecimal text in UTF-16. */
function digestOfTag(tag: Uint8Array): string | undefined {
  const bytes = Buffer.from(tag)
  if (lengths.has(bytes.length)) return bytes.toString('hex')
  const text = bytes.toString('utf16le').replace(/\0+$/, '').toLowerCase()
  return /^(?:[0-9a-f]{2}){16,64}$/.test(text) ? text : undefined
}

/** CAT_NAMEVALUE: a BMPString, flags, and the value in UTF-16 of little-endian order. */
function addNameValue(attributes: Record<string, string>, value: DerItem | undefined): void {
  if (value === undefined) return
  const cursor = DerCursor.into(value)
  const name = cursor.next()
  cursor.next()
  const text = cursor.expect(derTag.octetString)
  if (name === undefined || text === undefined) return
  const bytes = Buffer.from(contentsOf(name))
  const key = bytes
    .subarray(0, bytes.length & ~1)
    .swap16()
    .toString('utf16le')
    .slice(0, maxText)
  Object.defineProperty(attributes, key, {
    value: Buffer.from(contentsOf(text)).toString('utf16le').replace(/\0+$/, '').slice(0, maxText),
    enumerable: true,
    configurable: true,
  })
}

/** Attributes of the catalog itself are extensions of the trust list. */
function extensionNames(list: DerItem | undefined): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const extension of itemsOf(list, maxAttributes)) {
    const cursor = DerCursor.into(extension)
    const type = oidOf(cursor.next())
    const second = cursor.next()
    const value = second?.tag === derTag.boolean ? cursor.next() : second
    if (type === nameValueOid && value?.tag === derTag.octetString) {
      addNameValue(attributes, itemOf(contentsOf(value)))
    }
  }
  return attributes
}

/** Which catalog names which file, for all catalogs of a folder. */
export class CatalogIndex {
  readonly #byDigest = new Map<string, Catalog>()
  #catalogs = 0

  /** Catalogs read. */
  get size(): number {
    return this.#catalogs
  }

  add(catalog: Catalog): void {
    this.#catalogs += 1
    for (const digest of catalog.members.keys()) this.#byDigest.set(digest, catalog)
  }

  find(digest: string): Catalog | undefined {
    return this.#byDigest.get(digest)
  }
}

/** Adds a catalog, or all below a folder (`CatRoot`). What could not be read comes back. Throws AppError. */
export function addCatalogs(index: CatalogIndex, path: string): string[] {
  const failed: string[] = []
  for (const file of catalogFiles(path)) {
    const catalog = readCatalog(file)
    if (catalog === undefined) failed.push(file)
    else index.add(catalog)
  }
  return failed
}

function readCatalog(file: string): Catalog | undefined {
  try {
    return statSync(file).size > maxCatalogBytes ? undefined : catalogOf(readFileSync(file), file)
  } catch {
    // Gone, or not ours to read: reported as one that could not be read.
    return undefined
  }
}

function catalogFiles(path: string): string[] {
  const files: string[] = []
  try {
    if (!statSync(path).isDirectory()) return [path]
    const folders = [path]
    for (let at = 0; at < folders.length && at < maxFolders; at++) {
      const folder = folders[at] ?? path
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) folders.push(join(folder, entry.name))
        else if (entry.isFile() && /\.cat$/i.test(entry.name) && files.length < maxCatalogs) {
          files.push(join(folder, entry.name))
        }
      }
    }
  } catch (thrown) {
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
  return files
}
