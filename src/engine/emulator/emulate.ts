// Runs a program until it does something that unpacking code does not do, or a limit ends it. What its memory holds then
// is what was packed.

import type { Budget } from '../limits.ts'
import { Trap, UndefinedInstruction } from './cpu.ts'
import { Exceptions, handlerEnd } from './exceptions.ts'
import { System } from './functions.ts'
import { MemoryFault } from './memory.ts'
import { programEnd } from './loader.ts'
import type { Program } from './program.ts'
import { step } from './step.ts'

const accessViolation = 0xc0000005 | 0
const illegalInstruction = 0xc000001d | 0
const singleStep = 0x80000004 | 0
/** Instructions between two looks at the budget. */
const stretch = 65_536
/** Stretches in which nothing new is written before the unpacking is taken to be over. */
const mostIdle = 96

export interface Emulated {
  /** Why it ended: the name of a function, or what happened. */
  readonly end: string
  readonly instructions: number
}

/** Never throws but for the budget. `most`: instructions. */
export function emulate(program: Program, most: number, budget: Budget): Emulated {
  const system = new System(program)
  const exceptions = new Exceptions(program)
  let end: string | undefined
  let count = 0
  let written = 0
  let idle = 0
  for (; end === undefined && count < most && idle < mostIdle; count += stretch) {
    budget.checkTime()
    end = runStretch(program, system, exceptions)
    const pages = program.memory.writtenPages
    idle = pages === written ? idle + 1 : 0
    written = pages
  }
  return { end: end ?? 'limit', instructions: count }
}

function runStretch(program: Program, system: System, exceptions: Exceptions): string | undefined {
  const { cpu, functions } = program
  for (let left = stretch; left > 0; left--) {
    if (functions.isInside(cpu.eip)) {
      const end = enter(program, system, exceptions)
      if (end !== undefined) return end
      continue
    }
    const { trapFlag } = cpu
    try {
      step(cpu)
      if (trapFlag === 1 && !raise(exceptions, singleStep, cpu.eip, 0)) return 'single step'
    } catch (thrown) {
      if (!handle(thrown, program, exceptions)) return 'fault'
    }
  }
  return undefined
}

/** The program counter is at a function of the system. */
function enter(program: Program, system: System, exceptions: Exceptions): string | undefined {
  const name = program.functions.nameAt(program.cpu.eip)
  if (name === undefined || name === programEnd) return name ?? 'fault'
  try {
    const goesOn = name === handlerEnd ? exceptions.finish() : system.call(name)
    return goesOn ? undefined : name
  } catch (thrown) {
    if (thrown instanceof MemoryFault) return name
    throw thrown
  }
}

function handle(thrown: unknown, { cpu }: Program, exceptions: Exceptions): boolean {
  const { at } = cpu
  if (thrown instanceof MemoryFault) return raise(exceptions, accessViolation, at, thrown.address)
  if (thrown instanceof Trap) return raise(exceptions, thrown.code, at, 0)
  if (thrown instanceof UndefinedInstruction) return raise(exceptions, illegalInstruction, at, 0)
  throw thrown
}

/** False also where the stack itself is gone. */
function raise(
  exceptions: Exceptions,
  ...exception: readonly [code: number, at: number, address: number]
): boolean {
  try {
    return exceptions.raise(...exception)
  } catch (thrown) {
    if (thrown instanceof MemoryFault) return false
    throw thrown
  }
}
