// Arithmetic and logic with their flags. Operands of 8 and 16 bits are moved to the top of a word, so that one formula
// of carry and overflow serves all sizes.

import { type Cpu, type Size, Trap } from './cpu.ts'

const divideError = 0xc0000094 | 0

const shiftOf = (size: Size): number => 32 - size * 8

export type Binary = (cpu: Cpu, size: Size, a: number, b: number) => number

export const add: Binary = (cpu, size, a, b) => addWith(cpu, size, [a, b, 0])
export const adc: Binary = (cpu, size, a, b) => addWith(cpu, size, [a, b, cpu.carry])
export const sub: Binary = (cpu, size, a, b) => subtractWith(cpu, size, [a, b, 0])
export const sbb: Binary = (cpu, size, a, b) => subtractWith(cpu, size, [a, b, cpu.carry])
export const and: Binary = (cpu, size, a, b) => logic(cpu, size, a & b)
export const or: Binary = (cpu, size, a, b) => logic(cpu, size, a | b)
export const xor: Binary = (cpu, size, a, b) => logic(cpu, size, a ^ b)

function addWith(cpu: Cpu, size: Size, [a, b, carry]: readonly [number, number, number]): number {
  const by = shiftOf(size)
  const left = (a << by) >>> 0
  const right = (b << by) >>> 0
  const sum = left + right + ((carry << by) >>> 0)
  const result = sum | 0
  cpu.carry = sum > 0xffffffff ? 1 : 0
  cpu.overflow = ((left ^ result) & (right ^ result)) < 0 ? 1 : 0
  cpu.result = result >> by
  cpu.adjust = ((a ^ b ^ cpu.result) >>> 4) & 1
  return cpu.result
}

function subtractWith(cpu: Cpu, size: Size, [a, b, borrow]: readonly [number, number, number]): number {
  const by = shiftOf(size)
  const left = (a << by) >>> 0
  const right = (b << by) >>> 0
  const difference = left - right - ((borrow << by) >>> 0)
  const result = difference | 0
  cpu.carry = difference < 0 ? 1 : 0
  cpu.overflow = ((left ^ right) & (left ^ result)) < 0 ? 1 : 0
  cpu.result = result >> by
  cpu.adjust = ((a ^ b ^ cpu.result) >>> 4) & 1
  return cpu.result
}

function logic(cpu: Cpu, size: Size, value: number): number {
  const by = shiftOf(size)
  cpu.carry = 0
  cpu.overflow = 0
  cpu.adjust = 0
  cpu.result = (value << by) >> by
  return cpu.result
}

/** INC and DEC leave the carry alone. */
export function step(cpu: Cpu, size: Size, value: number, by: number): number {
  const { carry } = cpu
  const result = by > 0 ? add(cpu, size, value, 1) : sub(cpu, size, value, 1)
  cpu.carry = carry
  return result
}

/** ROL, ROR, RCL, RCR, SHL, SHR, SAL, SAR by the reg field. */
export function shift(
  cpu: Cpu,
  size: Size,
  value: number,
  [kind, by]: readonly [kind: number, by: number],
): number {
  const count = by & 31
  if (count === 0) return value
  if (kind < 2) return rotate(cpu, size, value, [kind, count])
  if (kind < 4) return rotateThroughCarry(cpu, size, value, [kind, count])
  const bits = size * 8
  const unsigned = size === 4 ? value >>> 0 : value
  const signed = (value << (32 - bits)) >> (32 - bits)
  let result: number
  if (kind === 5) {
    cpu.carry = count > bits ? 0 : (unsigned >>> (count - 1)) & 1
    result = count >= bits ? 0 : unsigned >>> count
    cpu.overflow = (signed >>> 31) & 1
  } else if (kind === 7) {
    cpu.carry = (signed >> Math.min(count - 1, 31)) & 1
    result = signed >> Math.min(count, 31)
    cpu.overflow = 0
  } else {
    cpu.carry = count > bits ? 0 : (unsigned >>> (bits - count)) & 1
    result = count >= bits ? 0 : unsigned << count
    cpu.overflow = ((result >>> (bits - 1)) & 1) ^ cpu.carry
  }
  cpu.result = (result << (32 - bits)) >> (32 - bits)
  return cpu.result
}

function rotate(cpu: Cpu, size: Size, value: number, [kind, by]: readonly [number, number]): number {
  const bits = size * 8
  const unsigned = size === 4 ? value >>> 0 : value
  const count = by % bits
  const left = kind === 0 ? count : (bits - count) % bits
  const result = left === 0 ? unsigned : ((unsigned << left) | (unsigned >>> (bits - left))) >>> 0
  const top = (result >>> (bits - 1)) & 1
  cpu.carry = kind === 0 ? result & 1 : top
  cpu.overflow = kind === 0 ? top ^ cpu.carry : top ^ ((result >>> (bits - 2)) & 1)
  return result
}

function rotateThroughCarry(
  cpu: Cpu,
  size: Size,
  value: number,
  [kind, by]: readonly [number, number],
): number {
  const bits = size * 8
  let result = size === 4 ? value >>> 0 : value
  for (let left = by % (bits + 1); left > 0; left--) {
    const out = kind === 2 ? (result >>> (bits - 1)) & 1 : result & 1
    result = kind === 2 ? (result << 1) | cpu.carry : (result >>> 1) | (cpu.carry << (bits - 1))
    if (size === 4) result >>>= 0
    else result &= (1 << bits) - 1
    cpu.carry = out
  }
  const top = (result >>> (bits - 1)) & 1
  cpu.overflow = kind === 2 ? top ^ cpu.carry : top ^ ((result >>> (bits - 2)) & 1)
  return result
}

/** SHLD (`isLeft`) and SHRD: `fill` lends the bits. */
export function shiftDouble(
  cpu: Cpu,
  size: Size,
  [value, fill, by]: readonly [value: number, fill: number, by: number],
  direction: 'left' | 'right',
): number {
  const bits = size * 8
  const count = by & 31
  if (count === 0 || count > bits) return value
  const own = BigInt.asUintN(bits, BigInt(value))
  const lent = BigInt.asUintN(bits, BigInt(fill))
  const by64 = BigInt(count)
  const wide = direction === 'left' ? (own << BigInt(bits)) | lent : (lent << BigInt(bits)) | own
  const result =
    direction === 'left'
      ? Number(BigInt.asIntN(32, (wide << by64) >> BigInt(bits)))
      : Number(BigInt.asIntN(32, wide >> by64))
  const last = direction === 'left' ? own >> (BigInt(bits) - by64) : own >> (by64 - 1n)
  cpu.carry = Number(last & 1n)
  cpu.result = (result << (32 - bits)) >> (32 - bits)
  cpu.overflow = ((cpu.result ^ value) >>> (bits - 1)) & 1
  return cpu.result
}

/** MUL and IMUL of the accumulator; the product goes to AX, DX:AX or EDX:EAX. */
export function multiply(cpu: Cpu, size: Size, value: number, kind: 'signed' | 'unsigned'): void {
  const bits = size * 8
  const wide = (width: number, word: bigint): bigint =>
    kind === 'signed' ? BigInt.asIntN(width, word) : BigInt.asUintN(width, word)
  const product = wide(bits, BigInt(cpu.getRegister(0, size))) * wide(bits, BigInt(value))
  const low = Number(BigInt.asIntN(32, BigInt.asUintN(bits, product)))
  const high = Number(BigInt.asIntN(32, BigInt.asUintN(bits, product >> BigInt(bits))))
  if (size === 1) cpu.setRegister(0, 2, (high << 8) | (low & 0xff))
  else {
    cpu.setRegister(0, size, low)
    cpu.setRegister(2, size, high)
  }
  const fits = product === wide(bits, product)
  cpu.carry = fits ? 0 : 1
  cpu.overflow = cpu.carry
  cpu.result = (low << (32 - bits)) >> (32 - bits)
}

/** IMUL with two or three operands: the product's low half. */
export function multiplySigned(cpu: Cpu, size: Size, a: number, b: number): number {
  const bits = size * 8
  const product = BigInt.asIntN(bits, BigInt(a)) * BigInt.asIntN(bits, BigInt(b))
  const result = Number(BigInt.asIntN(bits, product))
  cpu.carry = BigInt(result) === product ? 0 : 1
  cpu.overflow = cpu.carry
  cpu.result = result
  return result
}

/** DIV and IDIV of AX, DX:AX or EDX:EAX. Throws Trap. */
export function divide(cpu: Cpu, size: Size, value: number, kind: 'signed' | 'unsigned'): void {
  const bits = size * 8
  const wide = (width: number, word: bigint): bigint =>
    kind === 'signed' ? BigInt.asIntN(width, word) : BigInt.asUintN(width, word)
  const divisor = wide(bits, BigInt(value))
  if (divisor === 0n) throw new Trap(divideError)
  const raw =
    size === 1
      ? BigInt.asUintN(16, BigInt(cpu.getRegister(0, 2)))
      : (BigInt.asUintN(bits, BigInt(cpu.getRegister(2, size))) << BigInt(bits)) |
        BigInt.asUintN(bits, BigInt(cpu.getRegister(0, size)))
  const dividend = wide(bits * 2, raw)
  const quotient = dividend / divisor
  const remainder = dividend % divisor
  if (quotient !== wide(bits, quotient)) throw new Trap(divideError)
  const low = Number(BigInt.asIntN(32, quotient))
  const high = Number(BigInt.asIntN(32, remainder))
  if (size === 1) cpu.setRegister(0, 2, ((high & 0xff) << 8) | (low & 0xff))
  else {
    cpu.setRegister(0, size, low)
    cpu.setRegister(2, size, high)
  }
}
