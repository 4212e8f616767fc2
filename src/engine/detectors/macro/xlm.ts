// Excel 4.0 macros, as formulas one a line: they start programs and call functions of the system without any of the
// protection that Visual Basic has got since.

import { commandTraits, decodedTexts } from './vba/commands.ts'
import type { Judgement } from './vba/judge.ts'

const starters = /\bauto_(?:open|close|activate|deactivate)/i
const actions = /(?<![\w.])(EXEC|CALL|REGISTER|REGISTER\.ID|FOPEN|FILE\.DELETE|INITIATE|EXECUTE)\(/gi
const writers = /(?<![\w.])(?:FORMULA|FORMULA\.FILL|FORMULA\.ARRAY|SET\.VALUE)\(/gi
const characters = /(?<![\w.])CHAR\(/gi
const hiding = /^' macro sheet .*, (very hidden|hidden)$/m
const checks = /(?<![\w.])(GET\.WORKSPACE|GET\.WINDOW|GET\.DOCUMENT|APP\.MAXIMIZE)\(/i
const literal = /"((?:[^"\n]|"")*)"/g
const manyCharacters = 10
const system =
  /\b(?:urlmon|urldownloadto\w+|shell32|shellexecute\w*|kernel32|virtualalloc\w*|winexec|createprocess\w*|wininet|createdirectory\w*|rtlmovememory|createthread)\b/gi
const maxLiterals = 50_000

/** Undefined: nothing to say. */
export function judgeXlm(text: string, look: () => void): Judgement | undefined {
  const literals: string[] = []
  for (const [, found = ''] of text.matchAll(literal)) {
    if (literals.length >= maxLiterals) break
    if (found.length > 2) literals.push(found.replaceAll('""', '"'))
  }
  look()
  const commands = commandTraits([...literals, ...decodedTexts(literals)])
  const calls = new Set([...text.matchAll(actions)].map(([, name = '']) => name.toUpperCase()))
  const functions = new Set([...text.matchAll(system)].map(([name]) => name))
  look()
  const isAuto = starters.test(text)
  const hidden = hiding.exec(text)?.[1]
  const writes = text.match(writers)?.length ?? 0
  const chars = text.match(characters)?.length ?? 0
  const isDangerous =
    commands.programs.size > 0 || commands.programAddress !== undefined || functions.size > 0
  const score = scoreOf({
    isAuto,
    isHidden: hidden !== undefined,
    acts: calls.size,
    writes,
    chars,
    isDangerous,
  })
  if (score === 0) return undefined
  return {
    name: 'Heuristic.Macro.XLM',
    score,
    reasons: [
      'it is an Excel 4.0 macro',
      ...(isAuto ? ['it starts by itself'] : []),
      ...(calls.size > 0 ? [`it calls ${[...calls].slice(0, 5).join(', ')}`] : []),
      ...(functions.size > 0 ? [`it uses ${[...functions].slice(0, 5).join(', ')}`] : []),
      ...(commands.programs.size > 0
        ? [`programs in its strings: ${[...commands.programs].slice(0, 5).join(', ')}`]
        : []),
      ...(commands.programAddress === undefined ? [] : [`address of a program: ${commands.programAddress}`]),
      ...(writes > 0 ? [`it writes ${writes} formulas or values into cells`] : []),
      ...(chars >= manyCharacters ? [`${chars} characters are given as numbers`] : []),
      ...(hidden === undefined ? [] : [`its sheet is ${hidden}`]),
      ...(checks.test(text) ? ['it asks where it runs'] : []),
    ],
    techniques: ['T1059', ...(isAuto ? ['T1204.002'] : []), ...(chars >= manyCharacters ? ['T1027'] : [])],
  }
}

interface Traits {
  readonly isAuto: boolean
  readonly isHidden: boolean
  readonly acts: number
  readonly writes: number
  readonly chars: number
  readonly isDangerous: boolean
}

function scoreOf({ isAuto, isHidden, acts, writes, chars, isDangerous }: Traits): number {
  const hides = Number(isHidden) + Number(writes > 0) + Number(chars >= manyCharacters)
  if (acts > 0) {
    const base = isAuto ? 88 : 68
    return Math.min(98, base + (isDangerous ? 8 : 2) + hides * 2)
  }
  if (writes > 0 && chars >= manyCharacters) return isAuto ? 85 + Number(isHidden) * 4 : 60
  if (isAuto && isDangerous) return 75
  return isAuto && hides > 1 ? 65 : 0
}

/** The begin of a macro sheet in OOXML, or of a symbolic link file. */
export function isMacroSheet(start: string): boolean {
  return start.startsWith('ID;P') || /<(?:xm:)?macrosheet\b/i.test(start)
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The formulas, one a line. */
export function macroSheetText(text: string): string {
  // Each part of a record begins with a letter: N for names, E for formulas.
  if (text.startsWith('ID;P')) return text.replaceAll(/;[NE]/g, '\n')
  const lines: string[] = []
  for (const [, formula = ''] of text.matchAll(/<f(?:\s[^<>]*)?>([^<]*)<\/f>/gi))
    lines.push(`=${plainText(formula)}`)
  for (const [, value = ''] of text.matchAll(/<v>([^<]*)<\/v>/gi))
    lines.push(`"${plainText(value).replaceAll('"', '""')}"`)
  return lines.join('\n')
}

/** Markup's text. */
export function plainText(markup: string): string {
  return markup.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi,
    (whole, ...groups: readonly (string | undefined)[]) => {
      const [hex, decimal, name] = groups
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}
