// One instruction: prefixes, opcode, execution.

import type { Cpu } from './cpu.ts'
import { instructions } from './instructions.ts'

const longestInstruction = 15

/** Throws MemoryFault, Trap or UndefinedInstruction; `cpu.at` is where the instruction begins. */
export function step(cpu: Cpu): void {
  cpu.at = cpu.eip
  cpu.operandSize = 4
  cpu.isAddress16 = false
  cpu.repeat = 0
  cpu.segmentBase = 0
  let opcode = cpu.fetch8()
  for (let count = 0; count < longestInstruction && isPrefix(cpu, opcode); count++) opcode = cpu.fetch8()
  instructions[opcode]!(cpu, opcode)
}

function isPrefix(cpu: Cpu, byte: number): boolean {
  switch (byte) {
    case 0x66:
      cpu.operandSize = 2
      return true
    case 0x67:
      cpu.isAddress16 = true
      return true
    case 0x64:
      cpu.segmentBase = cpu.fsBase
      return true
    case 0xf2:
    case 0xf3:
      cpu.repeat = byte
      return true
    // CS, SS, DS, ES and GS begin at 0; LOCK means nothing to a single processor.
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
    case 0x65:
    case 0xf0:
      return true
    default:
      return false
  }
}
