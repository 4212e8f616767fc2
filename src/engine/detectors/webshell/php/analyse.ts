// The analysis of one PHP text: parse, run, then look into what nobody called.

import type { Evidence } from '../../evidence.ts'
import type { Budget } from '../../../limits.ts'
import { isPart } from './alone.ts'
import { runFunction } from './functions.ts'
import { evaluate } from './evaluate.ts'
import { judgeCapabilities } from './capabilities.ts'
import { tokenize } from './lexer.ts'
import { Machine, TooMuch, type Work } from './machine.ts'
import { parse, type Program } from './parse.ts'
import { run } from './run.ts'

const work: Work = { evaluate, run, runCode }

/** Steps of the interpreter for each byte of the file, and for every file. */
const stepsPerByte = 8
const stepsForAll = 150_000

/** Adds what speaks against the PHP in `text` to `evidence`; `isBare`: all is code, without an opening mark. */
export function analysePhp(
  text: string,
  { evidence, budget, isBare }: { evidence: Evidence; budget: Budget; isBare: boolean },
): void {
  const tokens = tokenize(text, { isCode: isBare })
  const maxSteps = Math.min(3_000_000, stepsForAll + text.length * stepsPerByte)
  const machine = new Machine({ evidence, budget, maxSteps, isPart: isPart(text) }, work)
  try {
    runProgram(machine, parse(tokens))
  } catch (thrown) {
    if (!(thrown instanceof TooMuch)) throw thrown
  }
  judgeCapabilities(text, tokens, evidence)
}

function runProgram(machine: Machine, program: Program): void {
  for (const [name, node] of program.functions)
    if (!machine.functions.has(name)) machine.functions.set(name, node)
  for (const declared of program.classes) {
    machine.classes.set(declared.name, declared)
    for (const node of declared.methods) {
      const name = node.name.toLowerCase()
      const known = machine.methods.get(name)
      if (known === undefined) machine.methods.set(name, [node])
      else known.push(node)
    }
    for (const { name, value } of declared.properties) {
      if (value !== undefined) machine.properties.set(name, machine.evaluate(value))
    }
  }
  machine.run(program.body)
  if (machine.layer > 0) return
  // Whoever calls them is not in this file; what they read of the request themselves is seen all the same.
  for (const node of program.functions.values()) runUncalled(machine, node)
  for (const { methods } of program.classes) for (const node of methods) runUncalled(machine, node)
}

function runUncalled(machine: Machine, node: Program['classes'][number]['methods'][number]): void {
  const isMagic = node.name.startsWith('__') && node.name !== '__construct'
  if (machine.called.has(node) && !isMagic) return
  if (isMagic) machine.results.delete(node)
  runFunction(machine, node, [], [])
}

function runCode(machine: Machine, code: string): void {
  runProgram(machine, parse(tokenize(code, { isCode: true })))
}
