// The paths on the command line as bytes: Node decodes its arguments and loses names that are not UTF-8.

import { readFileSync } from 'node:fs'

import { decodeName } from '../../base/text.ts'
import type { Path } from './entry.ts'

/** Finds the original bytes of operands that were damaged in decoding. */
export function restoreOperands(operands: readonly string[]): Path[] {
  if (!operands.some((operand) => operand.includes('\ufffd'))) return [...operands]
  const originals = rawArguments().filter((bytes) => !decodeName(bytes).exact)
  return operands.map((operand) => {
    const index = originals.findIndex((bytes) => decodeName(bytes).text === operand)
    // Each original is used once: two different names may be damaged into the same text.
    return index < 0 ? operand : (originals.splice(index, 1)[0] ?? operand)
  })
}

function rawArguments(): Uint8Array[] {
  let line: Uint8Array
  try {
    line = readFileSync('/proc/self/cmdline')
  } catch {
    return []
  }
  const parts: Uint8Array[] = []
  for (let start = 0; start < line.length;) {
    const end = line.indexOf(0, start)
    const stop = end < 0 ? line.length : end
    parts.push(line.subarray(start, stop))
    start = stop + 1
  }
  return parts
}
