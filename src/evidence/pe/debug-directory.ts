// The debug directory (Microsoft PE Format, ".debug Section"): what kinds of debug data there are, and which program database
// (PDB) belongs to the file.

import type { Pe } from '../../engine/index.ts'
import { debugTypes, numberName } from './names.ts'
import { directoryIndex, directoryOffset, timeOfStamp } from './view.ts'

const entryBytes = 28
const maxEntries = 64
const maxPathBytes = 1024

export interface DebugEntry {
  readonly type: string
  readonly timeDateStamp: string
  readonly time: string
  readonly size: number
  /** Of CodeView data. */
  readonly pdbPath?: string
  readonly pdbGuid?: string
  readonly pdbAge?: number
}

export function readDebugDirectory(pe: Pe): DebugEntry[] {
  const directory = directoryOffset(pe, directoryIndex.debug)
  if (directory === undefined) return []
  const { bytes } = pe
  const entries: DebugEntry[] = []
  const end = Math.min(directory.offset + directory.size, bytes.length)
  for (let at = directory.offset; at + entryBytes <= end && entries.length < maxEntries; at += entryBytes) {
    const stamp = bytes.readUInt32LE(at + 4)
    const type = numberName(bytes.readUInt32LE(at + 12), debugTypes)
    const size = bytes.readUInt32LE(at + 16)
    const rva = bytes.readUInt32LE(at + 20)
    const pointer = (rva === 0 ? undefined : pe.offsetOfRva(rva)) ?? bytes.readUInt32LE(at + 24)
    entries.push({
      type,
      timeDateStamp: `0x${stamp.toString(16).padStart(8, '0')}`,
      time: timeOfStamp(stamp),
      size,
      ...(type === 'CODEVIEW' ? codeView(bytes, pointer) : {}),
    })
  }
  return entries
}

function codeView(bytes: Buffer, at: number): Pick<DebugEntry, 'pdbPath' | 'pdbGuid' | 'pdbAge'> {
  if (at === 0 || at + 24 > bytes.length) return {}
  const magic = bytes.toString('latin1', at, at + 4)
  if (magic === 'NB10') return { pdbAge: bytes.readUInt32LE(at + 12), pdbPath: pathAt(bytes, at + 16) }
  if (magic !== 'RSDS') return {}
  return {
    pdbGuid: guidText(bytes, at + 4),
    pdbAge: bytes.readUInt32LE(at + 20),
    pdbPath: pathAt(bytes, at + 24),
  }
}

function pathAt(bytes: Buffer, at: number): string {
  const rest = bytes.subarray(at, at + maxPathBytes)
  const end = rest.indexOf(0)
  return rest.toString('utf8', 0, end < 0 ? rest.length : end)
}

function guidText(bytes: Buffer, at: number): string {
  const parts = [
    bytes.readUInt32LE(at).toString(16).padStart(8, '0'),
    bytes
      .readUInt16LE(at + 4)
      .toString(16)
      .padStart(4, '0'),
    bytes
      .readUInt16LE(at + 6)
      .toString(16)
      .padStart(4, '0'),
    bytes.toString('hex', at + 8, at + 10),
    bytes.toString('hex', at + 10, at + 16),
  ]
  return `{${parts.join('-')}}`
}
