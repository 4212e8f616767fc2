// Compiled Python modules (.pyc). Their texts – names, string constants, of all functions and classes – become one text;
// binary constants, in which packers keep programs, become objects of their own.

import {
  MarshalError,
  type PythonText,
  type PythonValue,
  readMarshal,
  readPycHeader,
} from '../../parsers/python/index.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import type { Format } from '../format.ts'

const largestModule = 32 * 1024 * 1024
/** Shorter ones only stand among the texts. */
const leastBytes = 64
/** A text of this length without a space is data in letters: base64 and the like. */
const longText = 512
const space = 0x20
const maxConstants = 4096
const newline = Uint8Array.of(0x0a)

export const pyc: Format = {
  id: 'pyc',
  kind: 'archive',
  matches: ({ head }) => readPycHeader(head) !== undefined,

  *members({ head, source }, context) {
    const { budget } = context
    const header = readPycHeader(head)
    if (header === undefined) return
    const name = 'strings'
    if (source.size > largestModule) {
      context.fault(name, 'unsupported-method', `modules of more than ${largestModule} bytes are not read`)
      return
    }
    const bytes = copyBytes(source, { most: largestModule })
    budget.charge(bytes.length)
    let value: PythonValue
    try {
      value = readMarshal(bytes, header.bytes, header.version)
    } catch (thrown) {
      if (!(thrown instanceof MarshalError)) throw thrown
      context.fault(name, 'damaged', thrown.message)
      return
    }
    const { lines, constants } = textsOf(value)
    yield { name, source: new ProducedSource(() => Buffer.concat(lines), budget) }
    for (const [index, constant] of constants.slice(0, maxConstants).entries()) {
      yield { name: `constants/${index + 1}`, source: new ProducedSource(() => constant, budget) }
    }
  },
}

interface Texts {
  readonly lines: Uint8Array[]
  readonly constants: Uint8Array[]
}

/** Each text once, in the order of the file. */
function textsOf(value: PythonValue): Texts {
  const texts: Texts = { lines: [], constants: [] }
  collect(value, texts, new Set())
  return texts
}

function collect(value: PythonValue, texts: Texts, seen: Set<unknown>): void {
  if (typeof value !== 'object' || seen.has(value)) return
  seen.add(value)
  if (!('kind' in value)) {
    for (const item of value) collect(item, texts, seen)
    return
  }
  if (value.kind !== 'code') {
    addText(value, texts)
    return
  }
  const [bytecode, ...rest] = value.parts
  // The first part is the bytecode, the last ones are tables of line numbers and exceptions.
  seen.add(bytecode)
  for (const part of rest) if (isContent(part)) collect(part, texts, seen)
}

/** Tables of line numbers and kinds of variables are byte strings that are parts themselves; constants stand in tuples. */
function isContent(part: PythonValue): boolean {
  return typeof part === 'object' && !('kind' in part && part.kind === 'bytes')
}

function addText({ bytes }: PythonText, texts: Texts): void {
  if (bytes.length === 0) return
  const isBinary = bytes.length >= leastBytes && bytes.some((byte) => byte < 9)
  if (isBinary || (bytes.length >= longText && !bytes.includes(space))) texts.constants.push(bytes)
  if (!isBinary) texts.lines.push(bytes, newline)
}
