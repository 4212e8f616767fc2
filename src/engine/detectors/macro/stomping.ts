// Macros whose source was replaced while the compiled code stayed ("VBA stomping"): Office of the same version runs the
// compiled code and never looks at the source. Compiled code keeps its string constants readable ([MS-OVBA] calls it
// the performance cache; its string instruction is the word 00B9 with a length behind it), and its names stand in
// `_VBA_PROJECT`.

import { u16 } from '../../codecs/little-endian.ts'
import type { CfbEntry } from '../../parsers/cfb/index.ts'
import type { VbaModule } from '../../parsers/vba/index.ts'
import type { Judgement } from './vba/judge.ts'

const stringInstruction = 0xb9
const shortestConstant = 6
const longestConstant = 2000
const maxConstants = 2000
const maxNamesBytes = 1024 * 1024
/** Office calls these by itself. */
const starters =
  /^(?:auto_?(?:open|exec|close|new|exit)|document_(?:open|new|close)|workbook_(?:open|activate|beforeclose))$/
/** Names that nobody uses who does not mean to reach out of the document. */
const actors =
  /^(?:shell|createobject|getobject|wscript|shellexecute\w*|urldownloadtofile\w*|virtualalloc\w*|winexec|callbyname|createthread|rtlmovememory)$/

/** Undefined: source and compiled code say the same, or there is no compiled code to compare. */
export function judgeStomping(
  modules: readonly VbaModule[],
  names: CfbEntry | undefined,
): Judgement | undefined {
  const reasons: string[] = []
  let missing = 0
  for (const module of modules) {
    const lost = lostConstants(module)
    if (lost.length === 0) continue
    missing += lost.length
    reasons.push(`${module.name}: the compiled code says ${quoted(lost)}, the source does not`)
  }
  const sources = modules.map(({ text }) => text.toLowerCase()).join('\n')
  const compiled = modules.reduce((sum, module) => sum + module.compiled.length, 0)
  const { start, acts } = compiled === 0 || names === undefined ? none : lostNames(names, sources)
  if (start !== undefined && acts !== undefined) {
    reasons.push(`the compiled code uses ${start} and ${acts}, the source has neither`)
    missing += 3
  }
  if (reasons.length === 0) return undefined
  const isSourceless = modules.some(({ text, compiled: code }) => code.length > 0 && isBlank(text))
  if (isSourceless) reasons.push('there is compiled code without source')
  return {
    name: 'Heuristic.Macro.Stomped',
    score: Math.min(95, 55 + missing * 8 + (isSourceless ? 15 : 0)),
    reasons,
    techniques: ['T1564.007', 'T1059.005'],
  }
}

const none = { start: undefined, acts: undefined }

function quoted(texts: readonly string[]): string {
  return texts
    .slice(0, 3)
    .map((text) => `"${text.slice(0, 60)}"`)
    .join(', ')
}

/** Lines of attributes alone. */
function isBlank(text: string): boolean {
  return text.replaceAll(/^[ \t]*(?:attribute\b[^\n]*)?\r?$/gim, '').trim() === ''
}

/** String constants of the compiled code that the source does not have; none where they are too few to mean something. */
function lostConstants({ compiled, text }: VbaModule): string[] {
  const constants = constantsIn(compiled)
  if (constants.size === 0) return []
  const source = text.replaceAll('""', '"')
  const lost = [...constants].filter((constant) => !source.includes(constant))
  // Chance finds one now and then among honest ones.
  return lost.length * 2 > constants.size ? lost : []
}

function constantsIn(compiled: Uint8Array): Set<string> {
  const bytes = Buffer.from(compiled.buffer, compiled.byteOffset, compiled.length)
  const found = new Set<string>()
  for (let at = bytes.indexOf(stringInstruction); at >= 0; at = bytes.indexOf(stringInstruction, at + 1)) {
    const length = u16(bytes, at + 2)
    if (bytes[at + 1] !== 0 || length < shortestConstant || length > longestConstant) continue
    const text = bytes.subarray(at + 4, at + 4 + length)
    if (text.length < length || !text.every((byte) => byte >= 32 && byte < 127)) continue
    found.add(text.toString('latin1'))
    if (found.size === maxConstants) break
  }
  return found
}

/** A name that starts a macro and one that reaches out, both in the compiled code only. */
function lostNames(
  names: CfbEntry,
  sources: string,
): { start: string | undefined; acts: string | undefined } {
  let start: string | undefined
  let acts: string | undefined
  const bytes = Buffer.from(names.source.read(0, Math.min(maxNamesBytes, 256 * 1024)))
  for (const [name] of bytes.toString('latin1').matchAll(/[A-Za-z_]\w{3,63}/g)) {
    const lower = name.toLowerCase()
    if (sources.includes(lower)) continue
    if (starters.test(lower)) start ??= name
    else if (actors.test(lower)) acts ??= name
  }
  return { start, acts }
}
