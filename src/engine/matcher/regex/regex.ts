// Regular expressions of conditions (`text matches /…/`, arguments of module functions): does it match anywhere?

import { Machine } from './machine.ts'
import { parseCondition } from './parse-regex.ts'
import { PatternError } from './pattern-error.ts'
import { compileProgram } from './program.ts'

export interface Regex {
  /** One character (0–255) for each byte. */
  test(text: string): boolean
  testBytes(bytes: Uint8Array): boolean
}

/** Scratch memory of all of them: a run never begins inside another. */
const machine = new Machine()

/** See `parseRegex`; here quantifiers may be mixed. Throws PatternError. */
export function compileRegex(source: string, flags: string): Regex {
  const tree = parseCondition(source, flags)
  const code = compileProgram(tree, { direction: 'forward', wide: false })
  if (code === undefined) throw new PatternError('the regular expression is too large', 0)
  const testBytes = (bytes: Uint8Array): boolean =>
    machine.has({ code, base: 0, bytes, at: 0, limit: bytes.length })
  return { testBytes, test: (text) => testBytes(Buffer.from(text, 'latin1')) }
}
