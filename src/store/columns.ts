// What is kept of the rows of a block beside their JSON, so that the usual questions need no parsing: kind (dataset and
// action), process and time of each row. Stored as one compressed array after the other.

import { compress, decompress } from './compression.ts'
import type { EventRow } from './row.ts'

export interface Columns {
  /** `DATASET ACTION`, each once. */
  readonly kinds: readonly string[]
  /** Of each row: its place in `kinds`. */
  readonly kind: Uint16Array
  readonly pid: Uint32Array
  /** Microseconds since 1970. */
  readonly timeUs: Float64Array
}

const headBytes = 24
/** Rows of one block, and bytes of its columns, that are read at all: the file may be damaged. */
const maxRows = 65_536
const maxBytes = 4 * 1024 * 1024

export function columnsOf(rows: readonly EventRow[]): Columns {
  const { length } = rows
  const kinds = new Map<string, number>()
  const kind = new Uint16Array(length)
  const pid = new Uint32Array(length)
  const timeUs = new Float64Array(length)
  for (const [index, row] of rows.entries()) {
    kind[index] = numberOf(kinds, `${row.dataset} ${row.action}`)
    pid[index] = row.pid
    timeUs[index] = row.timeUs
  }
  return { kinds: [...kinds.keys()], kind, pid, timeUs }
}

/** The columns of several blocks, one after the other. */
export function joinColumns(parts: readonly Columns[]): Columns {
  const length = parts.reduce((sum, part) => sum + part.kind.length, 0)
  const kinds = new Map<string, number>()
  const kind = new Uint16Array(length)
  const pid = new Uint32Array(length)
  const timeUs = new Float64Array(length)
  let at = 0
  for (const part of parts) {
    const renumbered = part.kinds.map((name) => numberOf(kinds, name))
    for (let i = 0; i < part.kind.length; i++) kind[at + i] = renumbered[part.kind[i] ?? 0] ?? 0
    pid.set(part.pid, at)
    timeUs.set(part.timeUs, at)
    at += part.kind.length
  }
  return { kinds: [...kinds.keys()], kind, pid, timeUs }
}

export function rangeOf({ timeUs }: Columns): { minUs: number; maxUs: number } {
  let minUs = Number.POSITIVE_INFINITY
  let maxUs = Number.NEGATIVE_INFINITY
  for (const us of timeUs) {
    if (us < minUs) minUs = us
    if (us > maxUs) maxUs = us
  }
  return { minUs, maxUs }
}

export function encodeColumns(columns: Columns): Buffer {
  const { kinds, kind, pid, timeUs } = columns
  const { minUs } = rangeOf(columns)
  const names = Buffer.from(JSON.stringify(kinds))
  const times = timeUs.map((us) => us - minUs)
  const head = Buffer.alloc(headBytes)
  head.writeUInt32LE(kind.length, 0)
  head.writeUInt32LE(names.length, 4)
  head.writeDoubleLE(minUs, 8)
  // Most blocks span less than 71 minutes: half the bytes.
  const isNarrow = times.every((us) => us <= 0xffff_ffff)
  head.writeUInt32LE(isNarrow ? 4 : 8, 16)
  const parts = [
    head,
    names,
    bytesOf(kind),
    bytesOf(pid),
    bytesOf(isNarrow ? Uint32Array.from(times) : times),
  ]
  return compress(Buffer.concat(parts))
}

/** Throws RangeError, or what zlib throws, when the bytes are not what `encodeColumns` gave. */
export function decodeColumns(bytes: Uint8Array): Columns {
  const data = decompress(bytes, maxBytes)
  if (data.length < headBytes) throw new RangeError('columns end early')
  const rows = data.readUInt32LE(0)
  const namesBytes = data.readUInt32LE(4)
  const timeBytes = data.readUInt32LE(16)
  const namesEnd = headBytes + namesBytes
  const isSound = rows > 0 && rows <= maxRows && (timeBytes === 4 || timeBytes === 8)
  if (!isSound || data.length !== namesEnd + rows * (6 + timeBytes))
    throw new RangeError('columns do not fit')
  const kinds: unknown = JSON.parse(data.toString('utf8', headBytes, namesEnd))
  if (!Array.isArray(kinds)) throw new RangeError('columns have no kinds')
  const pidAt = namesEnd + rows * 2
  const timeAt = pidAt + rows * 4
  const minUs = data.readDoubleLE(8)
  const offsets =
    timeBytes === 4
      ? new Uint32Array(copyOf(data, timeAt, rows * 4))
      : new Float64Array(copyOf(data, timeAt, rows * 8))
  return {
    kinds: kinds.map(String),
    kind: new Uint16Array(copyOf(data, namesEnd, rows * 2)),
    pid: new Uint32Array(copyOf(data, pidAt, rows * 4)),
    timeUs: Float64Array.from(offsets, (us) => us + minUs),
  }
}

function numberOf(kinds: Map<string, number>, name: string): number {
  const known = kinds.get(name)
  if (known !== undefined) return known
  kinds.set(name, kinds.size)
  return kinds.size - 1
}

function bytesOf(array: Uint16Array | Uint32Array | Float64Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength)
}

/** A copy, because typed arrays want their bytes aligned. */
function copyOf(data: Buffer, at: number, bytes: number): ArrayBuffer {
  return Uint8Array.prototype.slice.call(data, at, at + bytes).buffer
}
