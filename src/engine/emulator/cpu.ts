// An IA-32 processor in protected mode with flat memory (Intel 64 and IA-32 Architectures Software Developer's Manual,
// volume 2): registers, flags, operands. Integer instructions only: what unpacking code is made of.

import type { Memory } from './memory.ts'

/** Operand sizes in bytes. */
export type Size = 1 | 2 | 4

/** An instruction that is not emulated, or not one at all. */
export class UndefinedInstruction extends Error {}

/** INT n, INT3, INTO, division by zero, single step: the program's own handlers may expect it. */
export class Trap extends Error {
  /** A Windows exception code. */
  readonly code: number

  constructor(code: number) {
    super('trap')
    this.code = code
  }
}

export const eax = 0
export const ecx = 1
export const edx = 2
export const ebx = 3
export const esp = 4
export const ebp = 5
export const esi = 6
export const edi = 7

export class Cpu {
  readonly memory: Memory
  readonly registers = new Int32Array(8)
  eip = 0
  /** Where the present instruction began. */
  at = 0
  /** The linear address that FS begins at. */
  fsBase = 0

  carry = 0
  overflow = 0
  adjust = 0
  /** Of the last result, sign-extended: zero, sign and parity follow from it. */
  result = 1
  /** +1 or -1: direction flag. */
  direction = 1
  trapFlag = 0

  /** Where the last floating-point instruction began: FNSTENV tells it, and code asks to learn where it is. */
  floatAt = 0

  // Of the present instruction.
  operandSize: Size = 4
  isAddress16 = false
  repeat = 0
  segmentBase = 0
  #mode = 0
  #register = 0
  #rm = 0
  #address = 0

  constructor(memory: Memory) {
    this.memory = memory
  }

  fetch8(): number {
    const value = this.memory.read8(this.eip)
    this.eip = (this.eip + 1) | 0
    return value
  }

  fetchSigned8(): number {
    return (this.fetch8() << 24) >> 24
  }

  fetch16(): number {
    const value = this.memory.read16(this.eip)
    this.eip = (this.eip + 2) | 0
    return value
  }

  fetch32(): number {
    const value = this.memory.read32(this.eip)
    this.eip = (this.eip + 4) | 0
    return value
  }

  /** An immediate of the size; sign-extended. */
  fetch(size: Size): number {
    if (size === 4) return this.fetch32()
    return size === 2 ? (this.fetch16() << 16) >> 16 : this.fetchSigned8()
  }

  /** Reads ModRM, SIB and displacement. */
  decode(): void {
    const byte = this.fetch8()
    this.#mode = byte >>> 6
    this.#register = (byte >>> 3) & 7
    this.#rm = byte & 7
    if (this.#mode === 3) return
    this.#address = this.isAddress16 ? this.#address16() : this.#address32()
  }

  get isRegister(): boolean {
    return this.#mode === 3
  }

  /** The reg field: a register, or an extension of the opcode. */
  get reg(): number {
    return this.#register
  }

  get rm(): number {
    return this.#rm
  }

  /** Of the operand in memory, its segment included. */
  get address(): number {
    return this.#address + this.segmentBase
  }

  /** Without the segment, as LEA wants it. */
  get offset(): number {
    if (this.#mode === 3) throw new UndefinedInstruction()
    return this.#address
  }

  #address32(): number {
    const { registers } = this
    let base: number
    if (this.#rm === 4) {
      const sib = this.fetch8()
      const index = (sib >>> 3) & 7
      const isDisplaced = (sib & 7) === 5 && this.#mode === 0
      base = isDisplaced ? this.fetch32() : registers[sib & 7]!
      if (index !== 4) base = (base + (registers[index]! << (sib >>> 6))) | 0
    } else if (this.#rm === 5 && this.#mode === 0) return this.fetch32()
    else base = registers[this.#rm]!
    if (this.#mode === 1) return (base + this.fetchSigned8()) | 0
    return this.#mode === 2 ? (base + this.fetch32()) | 0 : base
  }

  #address16(): number {
    const { registers } = this
    const pairs = [ebx + esi * 8, ebx + edi * 8, ebp + esi * 8, ebp + edi * 8]
    let base = 0
    if (this.#rm < 4) {
      const pair = pairs[this.#rm]!
      base = registers[pair & 7]! + registers[pair >>> 3]!
    } else if (this.#rm === 6 && this.#mode === 0) return this.fetch16()
    else base = registers[[esi, edi, ebp, ebx][this.#rm - 4]!]!
    if (this.#mode === 1) base += this.fetchSigned8()
    else if (this.#mode === 2) base += this.fetch16()
    return base & 0xffff
  }

  /** A register by its number; unsigned for 8 and 16 bits. */
  getRegister(index: number, size: Size): number {
    const { registers } = this
    if (size === 4) return registers[index]!
    if (size === 2) return registers[index]! & 0xffff
    return index < 4 ? registers[index]! & 0xff : (registers[index - 4]! >>> 8) & 0xff
  }

  setRegister(index: number, size: Size, value: number): void {
    const { registers } = this
    if (size === 4) registers[index] = value
    else if (size === 2) registers[index] = (registers[index]! & ~0xffff) | (value & 0xffff)
    else if (index < 4) registers[index] = (registers[index]! & ~0xff) | (value & 0xff)
    else registers[index - 4] = (registers[index - 4]! & ~0xff00) | ((value & 0xff) << 8)
  }

  /** The operand that ModRM names. */
  get(size: Size): number {
    return this.#mode === 3 ? this.getRegister(this.#rm, size) : this.load(this.address, size)
  }

  set(size: Size, value: number): void {
    if (this.#mode === 3) this.setRegister(this.#rm, size, value)
    else this.store(this.address, size, value)
  }

  load(address: number, size: Size): number {
    if (size === 4) return this.memory.read32(address)
    return size === 2 ? this.memory.read16(address) : this.memory.read8(address)
  }

  store(address: number, size: Size, value: number): void {
    if (size === 4) this.memory.write32(address, value)
    else if (size === 2) this.memory.write16(address, value & 0xffff)
    else this.memory.write8(address, value & 0xff)
  }

  push(value: number, size: Size = 4): void {
    const top = (this.registers[esp]! - size) | 0
    this.store(top, size, value)
    this.registers[esp] = top
  }

  pop(size: Size = 4): number {
    const top = this.registers[esp]!
    const value = this.load(top, size)
    this.registers[esp] = (top + size) | 0
    return value
  }

  get zero(): number {
    return this.result === 0 ? 1 : 0
  }

  get sign(): number {
    return this.result < 0 ? 1 : 0
  }

  /** Of the lowest byte: 1 when the number of its ones is even. */
  get parity(): number {
    let bits = this.result & 0xff
    bits ^= bits >>> 4
    bits ^= bits >>> 2
    bits ^= bits >>> 1
    return (bits & 1) ^ 1
  }

  get flags(): number {
    return (
      this.carry |
      2 |
      (this.parity << 2) |
      (this.adjust << 4) |
      (this.zero << 6) |
      (this.sign << 7) |
      (this.trapFlag << 8) |
      0x200 |
      (this.direction < 0 ? 0x400 : 0) |
      (this.overflow << 11)
    )
  }

  set flags(value: number) {
    this.carry = value & 1
    this.adjust = (value >>> 4) & 1
    this.trapFlag = (value >>> 8) & 1
    this.direction = (value & 0x400) === 0 ? 1 : -1
    this.overflow = (value >>> 11) & 1
    this.result = resultWith(value)
  }

  /** Jcc, SETcc, CMOVcc by the low four bits of the opcode. */
  condition(code: number): boolean {
    return this.#holds(code >>> 1) !== ((code & 1) === 1)
  }

  #holds(which: number): boolean {
    switch (which) {
      case 0:
        return this.overflow === 1
      case 1:
        return this.carry === 1
      case 2:
        return this.result === 0
      case 3:
        return this.carry === 1 || this.result === 0
      case 4:
        return this.result < 0
      case 5:
        return this.parity === 1
      case 6:
        return this.sign !== this.overflow
      default:
        return this.result === 0 || this.sign !== this.overflow
    }
  }
}

/** A result from which zero, sign and parity come out as they stand in flags. Zero with sign cannot be expressed: sign wins. */
function resultWith(flags: number): number {
  const isEven = (flags & 4) !== 0
  if ((flags & 0x80) !== 0) return isEven ? -256 : -255
  if ((flags & 0x40) !== 0) return 0
  return isEven ? 3 : 1
}
