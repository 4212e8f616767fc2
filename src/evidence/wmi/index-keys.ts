// INDEX.BTR: keys of the repository. Read for one thing: in which name space the instances are.

import { createHash } from 'node:crypto'

import { u16, u32 } from '../fields.ts'
import type { EvidenceSource } from '../source.ts'
import { type Mapping, pageBytes } from './objects.ts'

const signature = 0xaccc
const mostPages = 65_536
const names = [
  'root',
  'root\\subscription',
  'root\\default',
  'root\\cimv2',
  'root\\cimv2\\power',
  'root\\cimv2\\terminalservices',
  'root\\wmi',
  'root\\microsoft\\windows\\defender',
  'root\\directory\\ldap',
  'root\\ccm',
  'root\\securitycenter2',
  'root\\standardcimv2',
  'root\\interop',
]

/** Name space of each record, by `logical page.number`; the hash where its name is not known. */
export function readNamespaces(source: EvidenceSource, mapping: Mapping | undefined): Map<string, string> {
  const known = new Map<string, string>()
  for (const name of names) {
    for (const algorithm of ['md5', 'sha256'])
      known.set(createHash(algorithm).update(name.toUpperCase(), 'utf16le').digest('hex').toUpperCase(), name)
  }
  const spaces = new Map<string, string>()
  const pages = Math.min(mostPages, Math.floor(source.size / pageBytes))
  for (let page = 0; page < pages; page++) {
    if (mapping !== undefined && mapping.physical.length > 0 && !mapping.logical.has(page)) continue
    for (const parts of keysOf(source.read(page * pageBytes, pageBytes))) {
      const [space, , reference] = [parts[0], parts[1], parts.at(-1)]
      const [, hash] = /^NS_([0-9A-F]{32,64})$/.exec(space ?? '') ?? []
      const [, place] = /\.(\d{1,10}\.\d{1,10})\.\d{1,10}$/.exec(reference ?? '') ?? []
      if (hash !== undefined && place !== undefined) spaces.set(place, known.get(hash) ?? hash)
    }
  }
  return spaces
}

/** Each key of a page in its parts. */
function* keysOf(bytes: Uint8Array): Generator<string[]> {
  const count = u32(bytes, 16)
  if (u32(bytes, 0) !== signature || count > 1024) return
  const keys = 20 + 4 * count + 4 * (count + 1)
  const definitions = keys + 2 * count + 2
  const units = u16(bytes, definitions - 2)
  const texts = definitions + 2 * units + 2
  const textCount = u16(bytes, texts - 2)
  const data = texts + 2 * (textCount + 1)
  if (data > bytes.length) return
  const text = (index: number): string => {
    const start = data + u16(bytes, texts + 2 * index)
    const end = bytes.indexOf(0, start)
    return Buffer.from(bytes.subarray(start, end < 0 ? start : end)).toString('latin1')
  }
  for (let key = 0; key < count; key++) {
    const at = definitions + 2 * u16(bytes, keys + 2 * key)
    const parts: string[] = []
    for (let part = 1; part <= Math.min(16, u16(bytes, at)); part++)
      parts.push(text(u16(bytes, at + 2 * part)))
    yield parts
  }
}
