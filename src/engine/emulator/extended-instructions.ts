// The two-byte opcodes (0F xx) that unpacking code uses.

import { add, multiplySigned, or, shiftDouble, sub } from './alu.ts'
import { type Cpu, eax, ebx, ecx, edx, type Size, UndefinedInstruction } from './cpu.ts'

export function extended(cpu: Cpu, opcode: number): void {
  if (opcode >= 0x80 && opcode <= 0x8f) {
    const by = cpu.fetch(cpu.operandSize)
    if (cpu.condition(opcode & 15)) cpu.eip = (cpu.eip + by) | 0
    return
  }
  if (opcode >= 0x90 && opcode <= 0x9f) {
    cpu.decode()
    cpu.set(1, cpu.condition(opcode & 15) ? 1 : 0)
    return
  }
  if (opcode >= 0x40 && opcode <= 0x4f) {
    cpu.decode()
    const value = cpu.get(cpu.operandSize)
    if (cpu.condition(opcode & 15)) cpu.setRegister(cpu.reg, cpu.operandSize, value)
    return
  }
  if (opcode >= 0xc8 && opcode <= 0xcf) {
    const value = cpu.registers[opcode & 7]!
    cpu.registers[opcode & 7] =
      (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)
    return
  }
  other(cpu, opcode)
}

function other(cpu: Cpu, opcode: number): void {
  const size = cpu.operandSize
  switch (opcode) {
    // Hints and NOPs with an operand.
    case 0x0d:
    case 0x18:
    case 0x1f:
      cpu.decode()
      return
    case 0x31:
      // RDTSC: code that measures itself finds itself fast.
      cpu.registers[eax] = (cpu.registers[eax]! + 64) | 0
      cpu.registers[edx] = 0
      return
    case 0xa2:
      identify(cpu)
      return
    case 0xa3:
    case 0xab:
    case 0xb3:
    case 0xbb:
      cpu.decode()
      testBit(cpu, (opcode >>> 3) & 3, cpu.getRegister(cpu.reg, size))
      return
    case 0xba:
      cpu.decode()
      if (cpu.reg < 4) throw new UndefinedInstruction()
      testBit(cpu, cpu.reg & 3, cpu.fetch8() & (size * 8 - 1))
      return
    case 0xa4:
    case 0xa5:
    case 0xac:
    case 0xad:
      shiftTwo(cpu, opcode)
      return
    case 0xaf:
      cpu.decode()
      cpu.setRegister(cpu.reg, size, multiplySigned(cpu, size, cpu.getRegister(cpu.reg, size), cpu.get(size)))
      return
    case 0xb0:
    case 0xb1:
      compareExchange(cpu, opcode === 0xb0 ? 1 : size)
      return
    case 0xc0:
    case 0xc1:
      exchangeAdd(cpu, opcode === 0xc0 ? 1 : size)
      return
    case 0xbc:
    case 0xbd:
      scanBits(cpu, opcode)
      return
    default:
      widen(cpu, opcode)
  }
}

/** MOVZX and MOVSX. */
function widen(cpu: Cpu, opcode: number): void {
  const isSigned = opcode >= 0xbe
  if (((opcode & 0xf7) | 1) !== 0xb7) throw new UndefinedInstruction()
  cpu.decode()
  const shift = (opcode & 1) === 0 ? 24 : 16
  const value = cpu.get(shift === 24 ? 1 : 2)
  cpu.setRegister(cpu.reg, cpu.operandSize, isSigned ? (value << shift) >> shift : value)
}

/** CPUID: an old processor without extensions. */
function identify(cpu: Cpu): void {
  const leaf = cpu.registers[eax]!
  const words = leaf === 0 ? [1, 0x756e6547, 0x6c65746e, 0x49656e69] : [0x633, 0, 0, 1]
  cpu.registers[eax] = words[0]!
  cpu.registers[ebx] = words[1]!
  cpu.registers[ecx] = words[2]!
  cpu.registers[edx] = words[3]!
}

/** BT, BTS, BTR, BTC: 0 to 3. A bit number may lead far from the operand in memory. */
function testBit(cpu: Cpu, kind: number, bit: number): void {
  const size = cpu.operandSize
  const bits = size * 8
  const mask = 1 << (bit & (bits - 1))
  const isRegister = cpu.isRegister
  const signed = (bit << (32 - bits)) >> (32 - bits)
  const address = isRegister ? 0 : cpu.address + (signed >> (bits === 32 ? 5 : 4)) * size
  const value = isRegister ? cpu.get(size) : cpu.load(address, size)
  cpu.carry = (value & mask) === 0 ? 0 : 1
  if (kind === 0) return
  const results = [value, value | mask, value & ~mask, value ^ mask]
  const result = results[kind]!
  if (isRegister) cpu.set(size, result)
  else cpu.store(address, size, result)
}

function shiftTwo(cpu: Cpu, opcode: number): void {
  const size = cpu.operandSize
  cpu.decode()
  const fill = cpu.getRegister(cpu.reg, size)
  const by = (opcode & 1) === 0 ? cpu.fetch8() : cpu.getRegister(ecx, 1)
  const value = cpu.get(size)
  if ((by & 31) !== 0) {
    cpu.set(size, shiftDouble(cpu, size, [value, fill, by], opcode < 0xa8 ? 'left' : 'right'))
  }
}

function compareExchange(cpu: Cpu, size: Size): void {
  cpu.decode()
  const value = cpu.get(size)
  sub(cpu, size, cpu.getRegister(eax, size), value)
  if (cpu.result === 0) cpu.set(size, cpu.getRegister(cpu.reg, size))
  else cpu.setRegister(eax, size, value)
}

function exchangeAdd(cpu: Cpu, size: Size): void {
  cpu.decode()
  const value = cpu.get(size)
  const sum = add(cpu, size, value, cpu.getRegister(cpu.reg, size))
  cpu.setRegister(cpu.reg, size, value)
  cpu.set(size, sum)
}

/** BSF and BSR. */
function scanBits(cpu: Cpu, opcode: number): void {
  const size = cpu.operandSize
  cpu.decode()
  const value = size === 4 ? cpu.get(4) >>> 0 : cpu.get(size)
  if (value !== 0) {
    const index = opcode === 0xbd ? 31 - Math.clz32(value) : 31 - Math.clz32(value & -value)
    cpu.setRegister(cpu.reg, size, index)
  }
  or(cpu, 4, value === 0 ? 0 : 1, 0)
}
