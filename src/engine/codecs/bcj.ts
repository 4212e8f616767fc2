// The filters that make machine code compress better: the targets of calls and jumps are stored as absolute addresses
// and become relative again here (the XZ file format 1.2.0, 5.3.2 names them; each follows its processor's encoding).

/** Turns whole instructions in `[0, length)` back in place, `position` being the address of the first byte. */
export interface BranchFilter {
  /** Returns how many bytes are final; the others need what follows them. */
  decode(bytes: Uint8Array, length: number, position: number): number
}

export type BranchFilterName = 'x86' | 'powerpc' | 'ia64' | 'arm' | 'armthumb' | 'sparc' | 'arm64' | 'riscv'

export function branchFilter(name: BranchFilterName): BranchFilter {
  return name === 'x86' ? new X86() : { decode: stateless[name] }
}

function readLe(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

function writeLe(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}

function readBe(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function writeBe(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

const callOpcode = 0xe8
/** By the places (of the three before) where an opcode stood: whether this one is taken for one. */
const isAllowed = [true, true, true, false, true, false, false, false]
/** By the same: which byte of the target would be mistaken for an opcode's. */
const mistakenByte = [0, 1, 2, 2, 3, 3, 3, 3]

function isSignByte(byte: number): boolean {
  return byte === 0 || byte === 0xff
}

/** CALL and JMP (E8, E9) with 32 bits; only near targets, whose highest byte is 00 or FF. */
class X86 implements BranchFilter {
  #mask = 0
  /** Bytes since the last opcode, from the beginning of the next call. */
  #distance = 5

  decode(bytes: Uint8Array, length: number, position: number): number {
    let at = 0
    let opcodeAt = -Math.min(this.#distance, 6)
    let mask = this.#mask
    for (const last = length - 5; at <= last;) {
      if ((bytes[at]! & 0xfe) !== callOpcode) {
        at++
        continue
      }
      const distance = at - opcodeAt
      opcodeAt = at
      if (distance > 5) mask = 0
      else for (let i = 0; i < distance; i++) mask = (mask & 0x77) << 1
      const high = bytes[at + 4]!
      if (isSignByte(high) && isAllowed[(mask >> 1) & 7] === true && mask >> 1 < 0x10) {
        convertX86(bytes, at, position + at + 5, mask)
        at += 5
        mask = 0
      } else {
        at++
        mask |= isSignByte(high) ? 0x11 : 1
      }
    }
    this.#mask = mask
    this.#distance = at - opcodeAt
    return at
  }
}

function convertX86(bytes: Uint8Array, at: number, next: number, mask: number): void {
  let source = readLe(bytes, at + 1)
  for (;;) {
    const target = (source - next) | 0
    const shift = 24 - (mistakenByte[mask >> 1] ?? 0) * 8
    if (mask === 0 || !isSignByte((target >>> shift) & 0xff)) {
      // 25 bits are kept, the highest byte is the sign.
      writeLe(bytes, at + 1, (target & 0x1ffffff) | ((target & 0x1000000) === 0 ? 0 : 0xff000000))
      return
    }
    source = target ^ (2 ** (shift + 8) - 1)
  }
}

/** `bl` with its address bit clear and link bit set. */
function powerpc(bytes: Uint8Array, length: number, position: number): number {
  let at = 0
  for (; at + 4 <= length; at += 4) {
    const word = readBe(bytes, at)
    if ((word & 0xfc000003) >>> 0 !== 0x48000001) continue
    writeBe(bytes, at, 0x48000001 | ((word - (position + at)) & 0x03fffffc))
  }
  return at
}

/** Which of the three slots of a bundle may hold a branch, by its template; those below 16 have none. */
const ia64Slots = Uint8Array.of(4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0)

/** Bundles of 128 bits: a template of 5 bits, three instructions of 41 bits. */
function ia64(bytes: Uint8Array, length: number, position: number): number {
  let at = 0
  for (; at + 16 <= length; at += 16) {
    const template = bytes[at]! & 0x1f
    if (template < 16) continue
    const slots = ia64Slots[template - 16]!
    for (let slot = 0; slot < 3; slot++) {
      if (((slots >>> slot) & 1) === 0) continue
      const bit = 5 + slot * 41
      const byte = at + (bit >> 3)
      const shift = BigInt(bit & 7)
      let word = 0n
      for (let i = 5; i >= 0; i--) word = (word << 8n) | BigInt(bytes[byte + i]!)
      const instruction = word >> shift
      // br.call and br: opcode 5, btype 0.
      if (((instruction >> 37n) & 0xfn) !== 5n || ((instruction >> 9n) & 7n) !== 0n) continue
      const source = Number((instruction >> 13n) & 0xfffffn) | (Number((instruction >> 36n) & 1n) << 20)
      const target = (source * 16 - (position + at)) >>> 4
      const fields = (BigInt(target & 0xfffff) << 13n) | (BigInt((target >>> 20) & 1) << 36n)
      const cleared = instruction & ~((0xfffffn << 13n) | (1n << 36n))
      word = (word & ((1n << shift) - 1n)) | ((cleared | fields) << shift)
      for (let i = 0; i < 6; i++, word >>= 8n) bytes[byte + i] = Number(word & 0xffn)
    }
  }
  return at
}

/** BL, always executed; the address counts from two instructions ahead. */
function arm(bytes: Uint8Array, length: number, position: number): number {
  let at = 0
  for (; at + 4 <= length; at += 4) {
    if (bytes[at + 3] !== 0xeb) continue
    const word = readLe(bytes, at)
    const target = ((word << 2) - (position + at + 8)) >> 2
    writeLe(bytes, at, 0xeb000000 | (target & 0xffffff))
  }
  return at
}

/** BL as a pair of halfwords, 11 bits of the address in each. */
function armthumb(bytes: Uint8Array, length: number, position: number): number {
  let at = 0
  for (; at + 4 <= length; at += 2) {
    const high = bytes[at]! | (bytes[at + 1]! << 8)
    const low = bytes[at + 2]! | (bytes[at + 3]! << 8)
    if ((high & 0xf800) !== 0xf000 || (low & 0xf800) !== 0xf800) continue
    const source = ((high & 0x7ff) << 11) | (low & 0x7ff)
    const target = ((source << 1) - (position + at + 4)) >>> 1
    writeLe(bytes, at, 0xf000 | ((target >>> 11) & 0x7ff) | ((0xf800 | (target & 0x7ff)) << 16))
    at += 2
  }
  return at
}

/** `call` with the upper bits of its address all equal. */
function sparc(bytes: Uint8Array, length: number, position: number): number {
  let at = 0
  for (; at + 4 <= length; at += 4) {
    const word = readBe(bytes, at)
    const top = word >>> 22
    if (top !== 0x100 && top !== 0x1ff) continue
    const target = ((word << 2) - (position + at)) >>> 2
    const upper = (target & 0x400000) === 0 ? 0 : 0x3fc00000
    writeBe(bytes, at, 0x40000000 | upper | (target & 0x3fffff))
  }
  return at
}

/** BL (26 bits of words) and ADRP (21 bits of pages, only those within 512 MiB). */
function arm64(bytes: Uint8Array, length: number, position: number): number {
  let at = 0
  for (; at + 4 <= length; at += 4) {
    const word = readLe(bytes, at)
    const address = position + at
    if (word >>> 26 === 0x25) {
      writeLe(bytes, at, 0x94000000 | ((word - (address >>> 2)) & 0x3ffffff))
    } else if ((word & 0x9f000000) >>> 0 === 0x90000000) {
      const source = ((word >>> 29) & 3) | ((word >>> 3) & 0x1ffffc)
      if (((source + 0x20000) & 0x1c0000) !== 0) continue
      const page = source - (address >>> 12)
      const sign = (page & 0x20000) === 0 ? 0 : 0xe00000
      writeLe(bytes, at, (word & 0x9000001f) | ((page & 3) << 29) | ((page & 0x3fffc) << 3) | sign)
    }
  }
  return at
}

/** JAL to x1 or x5, and AUIPC with the instruction after it. */
function riscv(bytes: Uint8Array, length: number, position: number): number {
  let at = 0
  while (at + 8 <= length) {
    if (bytes[at] === 0xef) at += jal(bytes, at, position + at)
    else if ((bytes[at]! & 0x7f) === 0x17) at += auipc(bytes, at, position + at)
    else at += 2
  }
  return at
}

function jal(bytes: Uint8Array, at: number, position: number): number {
  const second = bytes[at + 1]!
  if ((second & 0x0d) !== 0) return 2
  const source = ((second & 0xf0) << 13) | (bytes[at + 2]! << 9) | (bytes[at + 3]! << 1)
  const target = source - position
  bytes[at + 1] = (second & 0x0f) | ((target >>> 8) & 0xf0)
  bytes[at + 2] = ((target >>> 16) & 0x0f) | ((target >>> 7) & 0x10) | ((target << 4) & 0xe0)
  bytes[at + 3] = ((target >>> 4) & 0x7f) | ((target >>> 13) & 0x80)
  return 4
}

function auipc(bytes: Uint8Array, at: number, position: number): number {
  const first = readLe(bytes, at)
  if ((first & 0xe80) !== 0) {
    // The register is neither x0 nor x2: the encoder left such a pair in its own special form.
    const second = readLe(bytes, at + 4)
    if ((((first << 8) ^ (second - 3)) & 0xf8003) !== 0) return 6
    writeLe(bytes, at, 0x17 | (2 << 7) | (second << 12))
    writeLe(bytes, at + 4, (first & 0xfffff000) + (second >>> 20))
    return 8
  }
  const register = first >>> 27
  if (((first - 0x3117) << 18) >>> 0 >= (register & 0x1d)) return 4
  const target = readBe(bytes, at + 4) - position
  writeLe(bytes, at, 0x17 | (register << 7) | ((target + 0x800) & 0xfffff000))
  writeLe(bytes, at + 4, (first >>> 12) | (target << 20))
  return 8
}

const stateless = { powerpc, ia64, arm, armthumb, sparc, arm64, riscv } as const
