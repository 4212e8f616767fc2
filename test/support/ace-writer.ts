// Writes ACE archives, stored and packed, by what acefile.py tells of the format. `unace -t` (1.2) accepts those of
// ACE 1.0. The packer finds plain matches only; its codes are flat but for the most frequent symbol.

import { crc32 } from 'node:zlib'

import { must } from './must.ts'

export interface AceMember {
  readonly name: string
  readonly data: Uint8Array | string
  /** 0 stored, 1 ACE 1.0, 2 ACE 2.0. */
  readonly method?: number
  /** In place of the packed data. */
  readonly packed?: Uint8Array
  readonly isFolder?: boolean
  /** 0x1000 continued from, 0x2000 in another volume, 0x4000 encrypted. */
  readonly flags?: number
  readonly crc?: number
  readonly is64?: boolean
}

export interface AceOptions {
  /** 0x8000 solid, 0x800 volumes. */
  readonly flags?: number
  readonly volume?: number
}

/** All members packed as one stream's history goes on in a solid archive: pass what was before as `before`. */
export function aceOf(members: readonly AceMember[], { flags = 0, volume = 0 }: AceOptions = {}): Buffer {
  const main = Buffer.alloc(23 + 4)
  main.write('**ACE**', 0, 'latin1')
  main[7] = 10
  main[8] = 20
  main[9] = 2
  main[10] = volume
  main.writeUInt32LE(0x5a216000, 11)
  let before = Buffer.alloc(0)
  const parts = [header(0, flags, main)]
  for (const member of members) {
    parts.push(memberOf(member, (flags & 0x8000) === 0 ? Buffer.alloc(0) : before))
    before = Buffer.concat([before, Buffer.from(member.data as string)])
  }
  return Buffer.concat(parts)
}

/** CRC-16, size, type and flags, then the rest. */
export function header(type: number, flags: number, rest: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.alloc(3), rest])
  body[0] = type
  body.writeUInt16LE(flags, 1)
  const head = Buffer.alloc(4)
  head.writeUInt16LE(aceCrc(body) & 0xffff, 0)
  head.writeUInt16LE(body.length, 2)
  return Buffer.concat([head, body])
}

function aceCrc(bytes: Uint8Array): number {
  return ~crc32(bytes) >>> 0
}

function memberOf(member: AceMember, before: Buffer): Buffer {
  const data = Buffer.from(member.data as string)
  const { method = 0, flags = 0, is64 = false } = member
  const packed = member.packed ?? (method === 0 ? data : acePacked([{ mode: 0, data }], before))
  const name = Buffer.from(member.name)
  const sizes = Buffer.alloc(is64 ? 16 : 8)
  if (is64) {
    sizes.writeBigUInt64LE(BigInt(packed.length), 0)
    sizes.writeBigUInt64LE(BigInt(data.length), 8)
  } else {
    sizes.writeUInt32LE(packed.length, 0)
    sizes.writeUInt32LE(data.length, 4)
  }
  const fixed = Buffer.alloc(20)
  fixed.writeUInt32LE(0x5a216000, 0)
  fixed.writeUInt32LE(member.isFolder === true ? 0x10 : 0x20, 4)
  fixed.writeUInt32LE(member.crc ?? aceCrc(data), 8)
  fixed[12] = method
  fixed[13] = 3
  fixed.writeUInt16LE(0x0a, 14)
  fixed.writeUInt16LE(0x4554, 16)
  fixed.writeUInt16LE(name.length, 18)
  const is64Flag = is64 ? 4 : 0
  // Four bytes more than there are fields: Debian's unace counts the header's own four bytes in.
  const rest = Buffer.concat([sizes, fixed, name, Buffer.alloc(4)])
  return Buffer.concat([header(is64 ? 3 : 1, flags | 1 | is64Flag, rest), packed])
}

class BitWriter {
  readonly #bits: number[] = []

  put(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) this.#bits.push((value >>> i) & 1)
  }

  finish(): Buffer {
    while (this.#bits.length % 32 !== 0) this.#bits.push(0)
    const out = Buffer.alloc(this.#bits.length / 8)
    for (let at = 0; at < out.length; at += 4) {
      const word = this.#bits.slice(at * 8, at * 8 + 32).reduce((sum, bit) => (sum * 2 + bit) >>> 0, 0)
      out.writeUInt32LE(word, at)
    }
    return out
  }
}

type Code = Map<number, [code: number, width: number]>

/** The packer's quicksort: descending, the last one is the pivot. It decides between symbols of one width. */
function sorted(widths: readonly number[]): number[] {
  const list = widths.map((width, symbol) => ({ width, symbol }))
  const exchange = (a: number, b: number): void => {
    ;[list[a], list[b]] = [must(list[b]), must(list[a])]
  }
  const sort = (left: number, right: number): void => {
    const middle = must(list[right]).width
    let i = left
    let j = right
    for (;;) {
      while (must(list[i]).width > middle) i++
      while (must(list[j]).width < middle) j--
      if (i <= j) exchange(i++, j--)
      if (i >= j) break
    }
    for (const [from, to] of [
      [left, j],
      [i, right],
    ] as const) {
      if (from >= to) continue
      if (from < to - 1) sort(from, to)
      else if (must(list[from]).width < must(list[to]).width) exchange(from, to)
    }
  }
  sort(0, list.length - 1)
  return list.filter(({ width }) => width > 0).map(({ symbol }) => symbol)
}

/** Codes from the narrowest on; the table position of a code is its value from the highest bit on. */
function codesOf(widths: readonly number[], maxWidth: number): Code {
  const codes: Code = new Map()
  let at = 0
  for (const symbol of sorted(widths).toReversed()) {
    const width = widths[symbol] ?? 0
    codes.set(symbol, [at >> (maxWidth - width), width])
    at += 1 << (maxWidth - width)
  }
  return codes
}

/** Writes a code for the symbols by how often they occur; `symbols` of them there are at most. */
function writeCode(out: BitWriter, counts: ReadonlyMap<number, number>): Code {
  const used = [...counts].toSorted((a, b) => b[1] - a[1]).map(([symbol]) => symbol)
  while (used.length < 2) used.push(used.includes(0) ? 1 : 0)
  const rest = 1 + Math.ceil(Math.log2(Math.max(1, used.length - 1)))
  const widths = Array.from<number>({ length: Math.max(...used) + 1 }).fill(0)
  for (const [i, symbol] of used.entries()) widths[symbol] = i === 0 ? 1 : rest
  const range = rest + 1
  const escape = range
  const small = Math.ceil(Math.log2(range + 1))
  out.put(widths.length - 1, 9)
  out.put(0, 4)
  out.put(range, 4)
  const smallWidths = Array.from<number>({ length: range + 1 }).fill(small)
  for (const width of smallWidths) out.put(width, 3)
  const smallCodes = codesOf(smallWidths, 7)
  const put = (symbol: number): void => out.put(...must(smallCodes.get(symbol)))
  let last = 0
  for (let i = 0; i < widths.length;) {
    // A run stands for widths of zero before the differences are added up: for unchanged widths.
    let run = 0
    while (i + run < widths.length && widths[i + run] === last && run < 19) run++
    if (run >= 4 && i > 0) {
      put(escape)
      out.put(run - 4, 4)
      i += run
      continue
    }
    put(((widths[i] ?? 0) - last + range) % range)
    last = widths[i++] ?? 0
  }
  return codesOf(widths, 11)
}

interface AceSymbol {
  readonly symbol: number
  readonly extra?: [number, number]
  readonly length?: number
}

/** A part of a file: in mode 0 LZ77, 1 delta, 2 EXE; `data` is what the packer's LZ77 sees. */
export interface AcePart {
  readonly mode: number
  readonly data: Uint8Array
  /** The bits behind the mode's number, each `[value, width]`. */
  readonly parameters?: readonly [number, number][]
}

/** Packs parts, each in a mode of its own, behind what is in the history already. */
export function acePacked(parts: readonly AcePart[], before: Uint8Array = Buffer.alloc(0)): Buffer {
  const out = new BitWriter()
  const symbols: AceSymbol[] = []
  let history = Buffer.from(before)
  for (const { mode, data, parameters = [] } of parts) {
    if (mode !== 0 || symbols.length > 0) {
      const bits = [[mode, 8], ...parameters] as const
      symbols.push({
        symbol: 283,
        extra: [bits.reduce((sum, [value, width]) => sum * 2 ** width + value, 0), 0],
      })
      modes.set(must(symbols.at(-1)), bits)
    }
    symbols.push(...matchesOf(Buffer.from(data), history))
    history = Buffer.concat([history, data])
  }
  for (let at = 0; at < symbols.length; at += 3000) writeBlock(out, symbols.slice(at, at + 3000))
  return out.finish()
}

const modes = new WeakMap<AceSymbol, readonly (readonly [number, number])[]>()

function writeBlock(out: BitWriter, symbols: readonly AceSymbol[]): void {
  const counts = new Map<number, number>()
  const lengths = new Map<number, number>()
  for (const { symbol, length } of symbols) {
    counts.set(symbol, (counts.get(symbol) ?? 0) + 1)
    if (length !== undefined) lengths.set(length, (lengths.get(length) ?? 0) + 1)
  }
  const main = writeCode(out, counts)
  const lengthCode = writeCode(out, lengths)
  out.put(symbols.length, 15)
  for (const symbol of symbols) {
    out.put(...must(main.get(symbol.symbol)))
    for (const [value, width] of modes.get(symbol) ?? []) out.put(value, width)
    if (symbol.symbol < 256 || symbol.symbol === 283) continue
    if (symbol.extra !== undefined) out.put(...symbol.extra)
    out.put(...must(lengthCode.get(must(symbol.length))))
  }
}

function shortestAt(distance: number): number {
  if (distance <= 255) return 2
  return distance <= 8191 ? 3 : 4
}

/** Literals and matches of at least six bytes, among them such at one of the last four distances. */
function matchesOf(data: Buffer, before: Buffer): AceSymbol[] {
  const all = Buffer.concat([before, data])
  const symbols: AceSymbol[] = []
  const seen = new Map<string, number>()
  for (let at = 0; at + 6 <= before.length; at++) seen.set(all.toString('latin1', at, at + 6), at)
  const recent: number[] = []
  let at = before.length
  while (at < all.length) {
    const key = all.toString('latin1', at, at + 6)
    const from = at + 6 <= all.length ? seen.get(key) : undefined
    seen.set(key, at)
    if (from === undefined) {
      symbols.push({ symbol: all[at++] ?? 0 })
      continue
    }
    const distance = at - from - 1
    let length = 0
    while (length < 200 && at + length < all.length && all[from + length] === all[at + length]) length++
    const index = recent.indexOf(distance)
    if (index >= 0) {
      recent.splice(index, 1)
      symbols.push({ symbol: 256 + index, length: length - (index > 1 ? 3 : 2) })
    } else {
      const width = distance === 0 ? 0 : Math.floor(Math.log2(distance)) + 1
      const shortest = shortestAt(distance)
      const extra: [number, number] = width < 2 ? [0, 0] : [distance - 2 ** (width - 1), width - 1]
      symbols.push({ symbol: 260 + width, extra, length: length - shortest })
    }
    recent.unshift(distance)
    recent.splice(4)
    at += length
  }
  return symbols
}
