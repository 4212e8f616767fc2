// The bound import table (Microsoft PE Format has only its directory; winnt.h, IMAGE_BOUND_IMPORT_DESCRIPTOR): libraries whose
// addresses were put into the file when it was installed, with the time stamps of those libraries.

import type { Pe } from '../../engine/index.ts'
import { directoryIndex, timeOfStamp } from './view.ts'

const rowBytes = 8
const maxRows = 1024
const maxNameBytes = 256

export interface BoundImport {
  readonly library: string
  readonly time: string
  readonly forwarders: readonly { readonly library: string; readonly time: string }[]
}

/** The directory is an offset from the beginning of the headers; names are offsets from the table. */
export function readBoundImports(pe: Pe): BoundImport[] {
  const directory = pe.directories[directoryIndex.bound]
  const { bytes } = pe
  if (directory === undefined || directory.virtualAddress === 0) return []
  const start = directory.virtualAddress
  const bound: BoundImport[] = []
  let at = start
  for (let rows = 0; rows < maxRows && at + rowBytes <= bytes.length; rows++, at += rowBytes) {
    const stamp = bytes.readUInt32LE(at)
    const nameAt = bytes.readUInt16LE(at + 4)
    const count = bytes.readUInt16LE(at + 6)
    if (stamp === 0 && nameAt === 0) break
    const forwarders: { library: string; time: string }[] = []
    for (let index = 0; index < count && rows < maxRows && at + 2 * rowBytes <= bytes.length; index++) {
      at += rowBytes
      rows++
      const library = nameText(bytes, start + bytes.readUInt16LE(at + 4))
      forwarders.push({ library, time: timeOfStamp(bytes.readUInt32LE(at)) })
    }
    bound.push({ library: nameText(bytes, start + nameAt), time: timeOfStamp(stamp), forwarders })
  }
  return bound
}

function nameText(bytes: Buffer, at: number): string {
  const rest = bytes.subarray(at, at + maxNameBytes)
  const end = rest.indexOf(0)
  return rest.toString('latin1', 0, end < 0 ? rest.length : end)
}
