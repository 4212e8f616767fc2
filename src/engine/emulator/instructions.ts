// The one-byte opcodes, as a table of functions by opcode (Software Developer's Manual, volume 2, appendix A).

import * as alu from './alu.ts'
import { type Cpu, eax, ebp, ecx, edx, esp, type Size, Trap, UndefinedInstruction } from './cpu.ts'
import { extended } from './extended-instructions.ts'
import { stringInstructions } from './string-instructions.ts'

export type Instruction = (cpu: Cpu, opcode: number) => void

const breakpoint = 0x80000003 | 0
const overflow = 0xc0000095 | 0
const bound = 0xc000008c | 0
const privileged = 0xc0000096 | 0

const undefinedInstruction: Instruction = () => {
  throw new UndefinedInstruction()
}

const table: Instruction[] = Array.from({ length: 256 }, () => undefinedInstruction)

function put(opcodes: readonly number[], instruction: Instruction): void {
  for (const opcode of opcodes) table[opcode] = instruction
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** Of instructions whose lowest bit tells bytes from words. */
const sizeOf = (cpu: Cpu, opcode: number): Size => ((opcode & 1) === 0 ? 1 : cpu.operandSize)

const binaries: readonly alu.Binary[] = [
  alu.add,
  alu.or,
  alu.adc,
  alu.sbb,
  alu.and,
  alu.sub,
  alu.xor,
  alu.sub,
]
const compare = 7

// 00–3F: ADD OR ADC SBB AND SUB XOR CMP in six forms each.
for (let kind = 0; kind < 8; kind++) {
  const base = kind * 8
  const operation = binaries[kind]!
  put([base, base + 1], (cpu, opcode) => {
    const size = sizeOf(cpu, opcode)
    cpu.decode()
    const result = operation(cpu, size, cpu.get(size), cpu.getRegister(cpu.reg, size))
    if (kind !== compare) cpu.set(size, result)
  })
  put([base + 2, base + 3], (cpu, opcode) => {
    const size = sizeOf(cpu, opcode)
    cpu.decode()
    const result = operation(cpu, size, cpu.getRegister(cpu.reg, size), cpu.get(size))
    if (kind !== compare) cpu.setRegister(cpu.reg, size, result)
  })
  put([base + 4, base + 5], (cpu, opcode) => {
    const size = sizeOf(cpu, opcode)
    const result = operation(cpu, size, cpu.getRegister(eax, size), cpu.fetch(size))
    if (kind !== compare) cpu.setRegister(eax, size, result)
  })
}

// Segment registers are pushed as Windows has them, and loads of them change nothing.
const segments: Readonly<Record<number, number>> = { 0x06: 0x23, 0x0e: 0x1b, 0x16: 0x23, 0x1e: 0x23 }
put([0x06, 0x0e, 0x16, 0x1e], (cpu, opcode) => cpu.push(segments[opcode] ?? 0, cpu.operandSize))
put([0x07, 0x17, 0x1f], (cpu) => void cpu.pop(cpu.operandSize))

put([0x27, 0x2f], (cpu, opcode) => {
  const al = cpu.getRegister(eax, 1)
  const { carry } = cpu
  const sign = opcode === 0x27 ? 1 : -1
  let value = al
  const low = (al & 15) > 9 || cpu.adjust === 1
  if (low) value += sign * 6
  const high = al > 0x99 || carry === 1
  if (high) value += sign * 0x60
  cpu.setRegister(eax, 1, value)
  alu.or(cpu, 1, value & 0xff, 0)
  cpu.adjust = low ? 1 : 0
  cpu.carry = high ? 1 : 0
})
put([0x37, 0x3f], (cpu, opcode) => {
  const isAdjusted = (cpu.getRegister(eax, 1) & 15) > 9 || cpu.adjust === 1
  if (isAdjusted) cpu.setRegister(eax, 2, cpu.getRegister(eax, 2) + (opcode === 0x37 ? 0x106 : -0x106))
  cpu.setRegister(eax, 1, cpu.getRegister(eax, 1) & 15)
  cpu.adjust = isAdjusted ? 1 : 0
  cpu.carry = cpu.adjust
})
put([0xd4], (cpu) => {
  const base = cpu.fetch8()
  if (base === 0) throw new Trap(0xc0000094 | 0)
  const al = cpu.getRegister(eax, 1)
  cpu.setRegister(eax, 2, (Math.floor(al / base) << 8) | (al % base))
  alu.or(cpu, 1, al % base, 0)
})
put([0xd5], (cpu) => {
  const value = cpu.getRegister(4, 1) * cpu.fetch8() + cpu.getRegister(eax, 1)
  cpu.setRegister(eax, 2, value & 0xff)
  alu.or(cpu, 1, value & 0xff, 0)
})

put(range(0x40, 0x4f), (cpu, opcode) => {
  const index = opcode & 7
  const size = cpu.operandSize
  cpu.setRegister(index, size, alu.step(cpu, size, cpu.getRegister(index, size), opcode < 0x48 ? 1 : -1))
})
put(range(0x50, 0x57), (cpu, opcode) => cpu.push(cpu.registers[opcode & 7]!, cpu.operandSize))
put(range(0x58, 0x5f), (cpu, opcode) =>
  cpu.setRegister(opcode & 7, cpu.operandSize, cpu.pop(cpu.operandSize)),
)
put([0x60], (cpu) => {
  const top = cpu.registers[esp]!
  for (let index = 0; index < 8; index++) {
    cpu.push(index === esp ? top : cpu.registers[index]!, cpu.operandSize)
  }
})
put([0x61], (cpu) => {
  for (let index = 7; index >= 0; index--) {
    const value = cpu.pop(cpu.operandSize)
    if (index !== esp) cpu.setRegister(index, cpu.operandSize, value)
  }
})
put([0x62], (cpu) => {
  cpu.decode()
  const index = cpu.registers[cpu.reg]!
  const low = cpu.memory.read32(cpu.address)
  const high = cpu.memory.read32(cpu.address + 4)
  if (index < low || index > high) throw new Trap(bound)
})
put([0x68], (cpu) => cpu.push(cpu.fetch(cpu.operandSize), cpu.operandSize))
put([0x6a], (cpu) => cpu.push(cpu.fetchSigned8(), cpu.operandSize))
put([0x69, 0x6b], (cpu, opcode) => {
  const size = cpu.operandSize
  cpu.decode()
  const value = cpu.get(size)
  const factor = opcode === 0x69 ? cpu.fetch(size) : cpu.fetchSigned8()
  cpu.setRegister(cpu.reg, size, alu.multiplySigned(cpu, size, value, factor))
})
put(range(0x70, 0x7f), (cpu, opcode) => {
  const by = cpu.fetchSigned8()
  if (cpu.condition(opcode & 15)) cpu.eip = (cpu.eip + by) | 0
})
put([0x80, 0x81, 0x82, 0x83], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.decode()
  const kind = cpu.reg
  const left = cpu.get(size)
  const right = opcode === 0x81 ? cpu.fetch(size) : cpu.fetchSigned8()
  const result = binaries[kind]!(cpu, size, left, right)
  if (kind !== compare) cpu.set(size, result)
})
put([0x84, 0x85], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.decode()
  alu.and(cpu, size, cpu.get(size), cpu.getRegister(cpu.reg, size))
})
put([0x86, 0x87], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.decode()
  const value = cpu.get(size)
  const other = cpu.getRegister(cpu.reg, size)
  cpu.set(size, other)
  cpu.setRegister(cpu.reg, size, value)
})
put([0x88, 0x89], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.decode()
  cpu.set(size, cpu.getRegister(cpu.reg, size))
})
put([0x8a, 0x8b], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.decode()
  cpu.setRegister(cpu.reg, size, cpu.get(size))
})
put([0x8c], (cpu) => {
  cpu.decode()
  cpu.set(cpu.isRegister ? cpu.operandSize : 2, cpu.reg === 1 ? 0x1b : 0x23)
})
put([0x8e], (cpu) => {
  cpu.decode()
  cpu.get(2)
})
put([0x8d], (cpu) => {
  cpu.decode()
  cpu.setRegister(cpu.reg, cpu.operandSize, cpu.offset)
})
put([0x8f], (cpu) => {
  const value = cpu.pop(cpu.operandSize)
  cpu.decode()
  cpu.set(cpu.operandSize, value)
})
put(range(0x90, 0x97), (cpu, opcode) => {
  const size = cpu.operandSize
  const value = cpu.getRegister(opcode & 7, size)
  cpu.setRegister(opcode & 7, size, cpu.getRegister(eax, size))
  cpu.setRegister(eax, size, value)
})
put([0x98], (cpu) => {
  if (cpu.operandSize === 4) cpu.registers[eax] = (cpu.registers[eax]! << 16) >> 16
  else cpu.setRegister(eax, 2, (cpu.registers[eax]! << 24) >> 24)
})
put([0x99], (cpu) => {
  const size = cpu.operandSize
  const value = size === 4 ? cpu.registers[eax]! : (cpu.registers[eax]! << 16) >> 16
  cpu.setRegister(edx, size, value < 0 ? -1 : 0)
})
put([0x9b], () => {})
put([0x9c], (cpu) => cpu.push(cpu.flags & ~0x100, cpu.operandSize))
put([0x9d], (cpu) => {
  cpu.flags = cpu.pop(cpu.operandSize)
})
put([0x9e], (cpu) => {
  cpu.flags = (cpu.flags & ~0xff) | cpu.getRegister(4, 1)
})
put([0x9f], (cpu) => cpu.setRegister(4, 1, cpu.flags & 0xff))
put([0xa0, 0xa1], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.setRegister(eax, size, cpu.load(directAddress(cpu), size))
})
put([0xa2, 0xa3], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.store(directAddress(cpu), size, cpu.getRegister(eax, size))
})
put([0xa8, 0xa9], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  alu.and(cpu, size, cpu.getRegister(eax, size), cpu.fetch(size))
})
put(range(0xb0, 0xb7), (cpu, opcode) => cpu.setRegister(opcode & 7, 1, cpu.fetch8()))
put(range(0xb8, 0xbf), (cpu, opcode) =>
  cpu.setRegister(opcode & 7, cpu.operandSize, cpu.fetch(cpu.operandSize)),
)

function directAddress(cpu: Cpu): number {
  return cpu.segmentBase + (cpu.isAddress16 ? cpu.fetch16() : cpu.fetch32())
}

function shiftBy(cpu: Cpu, opcode: number, count: (cpu: Cpu) => number): void {
  const size = sizeOf(cpu, opcode)
  cpu.decode()
  const kind = cpu.reg
  const by = count(cpu)
  const value = cpu.get(size)
  if ((by & 31) !== 0) cpu.set(size, alu.shift(cpu, size, value, [kind, by]))
}
put([0xc0, 0xc1], (cpu, opcode) => shiftBy(cpu, opcode, () => cpu.fetch8()))
put([0xd0, 0xd1], (cpu, opcode) => shiftBy(cpu, opcode, () => 1))
put([0xd2, 0xd3], (cpu, opcode) => shiftBy(cpu, opcode, () => cpu.getRegister(ecx, 1)))

put([0xc2, 0xc3], (cpu, opcode) => {
  const bytes = opcode === 0xc2 ? cpu.fetch16() : 0
  cpu.eip = cpu.pop()
  cpu.registers[esp] = (cpu.registers[esp]! + bytes) | 0
})
put([0xc6, 0xc7], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.decode()
  cpu.set(size, cpu.fetch(size))
})
put([0xc8], (cpu) => {
  const bytes = cpu.fetch16()
  const level = cpu.fetch8() & 31
  if (level !== 0) throw new UndefinedInstruction()
  cpu.push(cpu.registers[ebp]!)
  cpu.registers[ebp] = cpu.registers[esp]!
  cpu.registers[esp] = (cpu.registers[esp]! - bytes) | 0
})
put([0xc9], (cpu) => {
  cpu.registers[esp] = cpu.registers[ebp]!
  cpu.registers[ebp] = cpu.pop()
})
put([0xcc], () => {
  throw new Trap(breakpoint)
})
put([0xcd], (cpu) => {
  const number = cpu.fetch8()
  throw new Trap(number === 3 ? breakpoint : 0xc0000005 | 0)
})
put([0xce], (cpu) => {
  if (cpu.overflow === 1) throw new Trap(overflow)
})
put([0xd6], (cpu) => cpu.setRegister(eax, 1, -cpu.carry))
put([0xd7], (cpu) => {
  cpu.setRegister(eax, 1, cpu.memory.read8(cpu.segmentBase + cpu.registers[3]! + cpu.getRegister(eax, 1)))
})
// The floating-point unit is there, and nothing depends on it but where its instructions end.
put(range(0xd8, 0xdf), (cpu, opcode) => {
  cpu.decode()
  const storesEnvironment = opcode === 0xd9 && cpu.reg === 6 && !cpu.isRegister
  if (storesEnvironment) cpu.store(cpu.address + 12, 4, cpu.floatAt)
  else cpu.floatAt = cpu.at
})

put([0xe0, 0xe1, 0xe2], (cpu, opcode) => {
  const by = cpu.fetchSigned8()
  const size = cpu.isAddress16 ? 2 : 4
  const count = cpu.getRegister(ecx, size) - 1
  cpu.setRegister(ecx, size, count)
  const isZero = cpu.result === 0
  const goes = opcode === 0xe2 || (opcode === 0xe1) === isZero
  if (cpu.getRegister(ecx, size) !== 0 && goes) cpu.eip = (cpu.eip + by) | 0
})
put([0xe3], (cpu) => {
  const by = cpu.fetchSigned8()
  if (cpu.getRegister(ecx, cpu.isAddress16 ? 2 : 4) === 0) cpu.eip = (cpu.eip + by) | 0
})
put([0xe4, 0xe5, 0xe6, 0xe7, 0xec, 0xed, 0xee, 0xef, 0xf4, 0xfa, 0xfb], () => {
  throw new Trap(privileged)
})
put([0xe8], (cpu) => {
  const by = cpu.fetch32()
  cpu.push(cpu.eip)
  cpu.eip = (cpu.eip + by) | 0
})
put([0xe9], (cpu) => {
  const by = cpu.fetch32()
  cpu.eip = (cpu.eip + by) | 0
})
put([0xeb], (cpu) => {
  const by = cpu.fetchSigned8()
  cpu.eip = (cpu.eip + by) | 0
})
put([0xf1], () => {
  throw new Trap(0x80000004 | 0)
})
put([0xf5], (cpu) => {
  cpu.carry ^= 1
})
put([0xf8, 0xf9], (cpu, opcode) => {
  cpu.carry = opcode & 1
})
put([0xfc, 0xfd], (cpu, opcode) => {
  cpu.direction = opcode === 0xfc ? 1 : -1
})

put([0xf6, 0xf7], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.decode()
  const value = cpu.get(size)
  switch (cpu.reg) {
    case 0:
    case 1:
      alu.and(cpu, size, value, cpu.fetch(size))
      return
    case 2:
      cpu.set(size, ~value)
      return
    case 3:
      cpu.set(size, alu.sub(cpu, size, 0, value))
      return
    case 4:
    case 5:
      alu.multiply(cpu, size, value, cpu.reg === 4 ? 'unsigned' : 'signed')
      return
    default:
      alu.divide(cpu, size, value, cpu.reg === 6 ? 'unsigned' : 'signed')
  }
})
put([0xfe, 0xff], (cpu, opcode) => {
  const size = sizeOf(cpu, opcode)
  cpu.decode()
  const kind = cpu.reg
  if (kind < 2) {
    cpu.set(size, alu.step(cpu, size, cpu.get(size), kind === 0 ? 1 : -1))
    return
  }
  if (opcode === 0xfe) throw new UndefinedInstruction()
  const target = cpu.get(cpu.operandSize)
  if (kind === 6) cpu.push(target, cpu.operandSize)
  else if (kind === 2 || kind === 4) {
    if (kind === 2) cpu.push(cpu.eip)
    cpu.eip = target
  } else throw new UndefinedInstruction()
})
put([0x0f], (cpu) => extended(cpu, cpu.fetch8()))

for (const [opcode, instruction] of stringInstructions) table[opcode] = instruction

/** The instruction of an opcode; prefixes are not in the table. */
export const instructions: readonly Instruction[] = table
