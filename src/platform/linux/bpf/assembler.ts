// A BPF assembler: one method an instruction, labels for jumps. Programs are made for the running kernel at run time,
// so no compiler and no binary is shipped. Instruction set: RFC 9669. Little-endian hosts only (x86-64, arm64).

import type { Register } from './instructions.ts'

/** Bytes of a load or store. */
export type Width = 1 | 2 | 4 | 8

/** Comparisons for jumps; `s` is signed, `test` jumps when a common bit is set. */
export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'sgt' | 'sge' | 'slt' | 'sle' | 'test'

const widthBits: Readonly<Record<Width, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 }
const jumpCodes: Readonly<Record<Comparison, number>> = {
  eq: 0x15,
  ne: 0x55,
  gt: 0x25,
  ge: 0x35,
  lt: 0xa5,
  le: 0xb5,
  sgt: 0x65,
  sge: 0x75,
  slt: 0xc5,
  sle: 0xd5,
  test: 0x45,
}
const instructionBytes = 8
/** In the code of an instruction: the source is a register, not a constant. */
const fromRegister = 0x08
const alu64 = {
  add: 0x07,
  subtract: 0x17,
  multiply: 0x27,
  or: 0x47,
  and: 0x57,
  shiftLeft: 0x67,
  shiftRight: 0x77,
  xor: 0xa7,
  move: 0xb7,
} as const

/** Arithmetic on 64 bits; `move` sets. */
export type Operation = keyof typeof alu64

interface Fix {
  readonly at: number
  readonly label: string
}

export class Assembler {
  readonly #code: number[] = []
  readonly #labels = new Map<string, number>()
  readonly #fixes: Fix[] = []
  #fresh = 0

  /** Number of instructions so far (a 64-bit constant counts as two). */
  get length(): number {
    return this.#code.length / instructionBytes
  }

  /** `dst = dst OP value`; the value is extended with its sign to 64 bits. */
  set(operation: Operation, dst: Register, value: number): this {
    return this.#put(alu64[operation], dst, value)
  }

  /** `dst = dst OP src`. */
  op(operation: Operation, dst: Register, src: Register): this {
    return this.#put(alu64[operation] | fromRegister, pair(dst, src), 0)
  }

  /** `dst = src`. */
  move(dst: Register, src: Register): this {
    return this.op('move', dst, src)
  }

  /** `dst = value`. */
  constant(dst: Register, value: number): this {
    return this.set('move', dst, value)
  }

  /** `dst = base + offset`. */
  address(dst: Register, base: Register, offset: number): this {
    this.move(dst, base)
    return offset === 0 ? this : this.set('add', dst, offset)
  }

  /** `dst = *(base + offset)`. */
  load(width: Width, dst: Register, base: Register, offset: number): this {
    return this.#put(0x61 | widthBits[width], pair(dst, base), 0, offset)
  }

  /** `*(base + offset) = src`. */
  store(width: Width, base: Register, offset: number, src: Register): this {
    return this.#put(0x63 | widthBits[width], pair(base, src), 0, offset)
  }

  /** `*(base + offset) = value`. */
  storeConstant(width: Width, base: Register, offset: number, value: number): this {
    return this.#put(0x62 | widthBits[width], base, value, offset)
  }

  /** `*(base + offset) += src`, atomically, 64 bits. */
  atomicAdd(base: Register, offset: number, src: Register): this {
    return this.#put(0xdb, pair(base, src), 0, offset)
  }

  /** `dst = the 64-bit constant`. */
  constant64(dst: Register, value: bigint): this {
    this.#put(0x18, dst, Number(BigInt.asIntN(32, value)))
    return this.#put(0, 0, Number(BigInt.asIntN(32, value >> 32n)))
  }

  /** `dst = the map`, by its descriptor. */
  map(dst: Register, map: { readonly fd: number }): this {
    this.#put(0x18, pair(dst, 1), map.fd)
    return this.#put(0, 0, 0)
  }

  /** Reverses the low 2, 4 or 8 bytes (network byte order to the host's). */
  swapBytes(dst: Register, width: 2 | 4 | 8): this {
    return this.#put(0xdc, dst, width * 8)
  }

  /** Calls a helper of the kernel: arguments in r1 to r5, which are lost, result in r0. */
  call(helper: number): this {
    return this.#put(0x85, 0, helper)
  }

  exit(): this {
    return this.#put(0x95, 0, 0)
  }

  jump(label: string): this {
    this.#fixes.push({ at: this.#code.length, label })
    return this.#put(0x05, 0, 0)
  }

  /** Jumps when `left COMPARISON value`. */
  jumpIf(left: Register, comparison: Comparison, value: number, label: string): this {
    this.#fixes.push({ at: this.#code.length, label })
    return this.#put(jumpCodes[comparison], left, value)
  }

  /** Jumps when `left COMPARISON right`. */
  jumpIfRegister(left: Register, comparison: Comparison, right: Register, label: string): this {
    this.#fixes.push({ at: this.#code.length, label })
    return this.#put(jumpCodes[comparison] | fromRegister, pair(left, right), 0)
  }

  label(name: string): this {
    if (this.#labels.has(name)) throw new Error(`label ${name} stands twice`)
    this.#labels.set(name, this.#code.length)
    return this
  }

  /** A name for a label that no other has. */
  freshLabel(): string {
    this.#fresh += 1
    return `.${this.#fresh}`
  }

  /** The instructions as bytes; throws when a label is missing or too far away. */
  build(): Buffer {
    const code = Buffer.from(this.#code)
    for (const { at, label } of this.#fixes) {
      const target = this.#labels.get(label)
      if (target === undefined) throw new Error(`label ${label} stands nowhere`)
      code.writeInt16LE((target - at) / instructionBytes - 1, at + 2)
    }
    return code
  }

  #put(code: number, registers: number, value: number, offset = 0): this {
    if (offset < -0x8000 || offset > 0x7fff)
      throw new Error(`offset ${offset} does not fit into an instruction`)
    this.#code.push(code, registers, offset & 0xff, (offset >> 8) & 0xff)
    this.#code.push(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff)
    return this
  }
}

function pair(dst: number, src: number): number {
  return (src << 4) | dst
}
