// MOVS, CMPS, STOS, LODS, SCAS with their repetitions.

import { sub } from './alu.ts'
import { type Cpu, eax, ecx, edi, esi, type Size } from './cpu.ts'

const repeatEqual = 0xf3
/** A repetition goes on in the next step after so many: a step stays short. */
const longestRun = 65_536

type Once = (cpu: Cpu, size: Size) => void

function advance(cpu: Cpu, register: number, size: Size): void {
  cpu.registers[register] = (cpu.registers[register]! + cpu.direction * size) | 0
}

const source = (cpu: Cpu): number => cpu.segmentBase + cpu.registers[esi]!

function move(cpu: Cpu, size: Size): void {
  cpu.store(cpu.registers[edi]!, size, cpu.load(source(cpu), size))
  advance(cpu, esi, size)
  advance(cpu, edi, size)
}

function compare(cpu: Cpu, size: Size): void {
  sub(cpu, size, cpu.load(source(cpu), size), cpu.load(cpu.registers[edi]!, size))
  advance(cpu, esi, size)
  advance(cpu, edi, size)
}

function store(cpu: Cpu, size: Size): void {
  cpu.store(cpu.registers[edi]!, size, cpu.getRegister(eax, size))
  advance(cpu, edi, size)
}

function load(cpu: Cpu, size: Size): void {
  cpu.setRegister(eax, size, cpu.load(source(cpu), size))
  advance(cpu, esi, size)
}

function scan(cpu: Cpu, size: Size): void {
  sub(cpu, size, cpu.getRegister(eax, size), cpu.load(cpu.registers[edi]!, size))
  advance(cpu, edi, size)
}

function repeated(once: Once, endsByFlag: 'ends by flag' | 'counts') {
  return (cpu: Cpu, opcode: number): void => {
    const size = (opcode & 1) === 0 ? 1 : cpu.operandSize
    if (cpu.repeat === 0) {
      once(cpu, size)
      return
    }
    const { registers } = cpu
    for (let left = longestRun; registers[ecx] !== 0; left--) {
      if (left === 0) {
        cpu.eip = cpu.at
        return
      }
      once(cpu, size)
      registers[ecx] = (registers[ecx]! - 1) | 0
      if (endsByFlag === 'ends by flag' && (cpu.result === 0) !== (cpu.repeat === repeatEqual)) return
    }
  }
}

export const stringInstructions: readonly (readonly [
  opcode: number,
  run: (cpu: Cpu, opcode: number) => void,
])[] = [
  ...both(0xa4, repeated(move, 'counts')),
  ...both(0xa6, repeated(compare, 'ends by flag')),
  ...both(0xaa, repeated(store, 'counts')),
  ...both(0xac, repeated(load, 'counts')),
  ...both(0xae, repeated(scan, 'ends by flag')),
]

function both(opcode: number, run: (cpu: Cpu, opcode: number) => void): [number, typeof run][] {
  return [
    [opcode, run],
    [opcode + 1, run],
  ]
}
