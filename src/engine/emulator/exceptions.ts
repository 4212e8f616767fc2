// Structured exception handling: packers raise exceptions on purpose and go on in their handlers. A handler is called with
// the record and the context that Windows gives (winnt.h, CONTEXT for x86), and may change every register in it.

import { type Cpu, eax, ebp, ebx, ecx, edi, edx, esi, esp } from './cpu.ts'
import type { Program } from './program.ts'

const contextBytes = 0x2cc
const contextFull = 0x1003f
const recordBytes = 0x50
/** Where the registers stand in CONTEXT. */
const registerAt: readonly (readonly [offset: number, register: number])[] = [
  [0x9c, edi],
  [0xa0, esi],
  [0xa4, ebx],
  [0xa8, edx],
  [0xac, ecx],
  [0xb0, eax],
  [0xb4, ebp],
  [0xc4, esp],
]
const eipAt = 0xb8
const flagsAt = 0xc0
const noHandler = -1
const continueExecution = 0
const continueSearch = 1

/** The name of the address to which handlers return. */
export const handlerEnd = '(handler end)'

/** What is being handled; handlers may raise exceptions themselves. */
interface Pending {
  readonly record: number
  readonly context: number
  readonly frame: number
}

export class Exceptions {
  readonly #program: Program
  readonly #pending: Pending[] = []
  #count = 0

  constructor(program: Program) {
    this.#program = program
  }

  /** Goes on in the program's handler; false: it has none, or too many exceptions were raised. */
  raise(code: number, at: number, address: number): boolean {
    const { cpu, memory } = this.#program
    if (++this.#count > 20_000 || this.#pending.length > 16) return false
    const frame = memory.read32(cpu.fsBase)
    if (frame === noHandler || memory.regionAt(frame) === undefined) return false
    const context = (cpu.registers[esp]! - contextBytes - 0x100) & ~15
    const record = context - recordBytes
    writeContext(cpu, context, at)
    for (let offset = 0; offset < recordBytes; offset += 4) memory.write32(record + offset, 0)
    memory.write32(record, code)
    memory.write32(record + 12, at)
    memory.write32(record + 16, 2)
    memory.write32(record + 24, address)
    return this.#callHandler({ record, context, frame })
  }

  #callHandler(pending: Pending): boolean {
    const { cpu, functions, memory } = this.#program
    const handler = memory.read32(pending.frame + 4)
    if (memory.regionAt(handler) === undefined) return false
    this.#pending.push(pending)
    cpu.trapFlag = 0
    cpu.registers[esp] = pending.record - 0x40
    for (const value of [0, pending.context, pending.frame, pending.record]) cpu.push(value)
    cpu.push(functions.addressOf(handlerEnd))
    cpu.eip = handler
    return true
  }

  /** A handler has returned; false: nobody handles it. */
  finish(): boolean {
    const { cpu, memory } = this.#program
    const pending = this.#pending.pop()
    if (pending === undefined) return false
    const disposition = cpu.registers[eax]!
    if (disposition === continueExecution) {
      readContext(cpu, pending.context)
      return true
    }
    if (disposition !== continueSearch) return false
    const frame = memory.read32(pending.frame)
    if (frame === noHandler || memory.regionAt(frame) === undefined) return false
    return this.#callHandler({ ...pending, frame })
  }
}

function writeContext(cpu: Cpu, context: number, at: number): void {
  const { memory } = cpu
  for (let offset = 0; offset < contextBytes; offset += 4) memory.write32(context + offset, 0)
  memory.write32(context, contextFull)
  for (const [offset, register] of registerAt) memory.write32(context + offset, cpu.registers[register]!)
  memory.write32(context + eipAt, at)
  memory.write32(context + flagsAt, cpu.flags)
}

function readContext(cpu: Cpu, context: number): void {
  const { memory } = cpu
  for (const [offset, register] of registerAt) cpu.registers[register] = memory.read32(context + offset)
  cpu.eip = memory.read32(context + eipAt)
  cpu.flags = memory.read32(context + flagsAt)
}
