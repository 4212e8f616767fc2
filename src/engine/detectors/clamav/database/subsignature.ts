// The subsignatures of logical signatures. Manual, "Logical signatures": contents with modifiers, regular expressions, byte
// comparisons, macros, image hashes.

import { neverMatches, type Modifiers, parseBodies } from './body.ts'
import { looksLikeByteCompare, parseByteCompare } from './byte-compare.ts'
import { bytesOfHex } from './hex-run.ts'
import { greatestIndex, parseLogic } from './logic.ts'
import { parseOffset } from './offset.ts'
import type { Offset, Subsignature } from './records.ts'
import { splitOutsideRegex } from './tokens.ts'

const imagePrefix = 'fuzzy_img#'

/** Subsignature number `index` of a record for `target`, or what is wrong with it. */
export function parseSubsignature(text: string, index: number, target: number): Subsignature | string {
  if (text.startsWith('$')) return parseMacro(text)
  if (text.includes('/')) return parsePcre(text, index, target)
  if (looksLikeByteCompare(text)) return parseByteCompare(text)
  if (text.startsWith(imagePrefix)) return parseImage(text.slice(imagePrefix.length))
  return parseContent(text, target)
}

const maxMacroGroups = 32

function parseMacro(text: string): Subsignature | string {
  const match = /^\$\{([0-9]{1,9})-([0-9]{1,9})\}([0-9]{1,9}).*\$$/.exec(text)
  if (match === null || Number(match[3]) >= maxMacroGroups) {
    return `a macro is not of the form \${n-m}group$ with a group below ${maxMacroGroups}`
  }
  const distance = { least: Number(match[1]), most: Number(match[2]) }
  return { kind: 'macro', distance, group: Number(match[3]) }
}

/** `[offset:]trigger/expression/[flags]` */
function parsePcre(text: string, index: number, target: number): Subsignature | string {
  if (text.startsWith('/')) return 'a regular expression has no trigger'
  const fields = splitOutsideRegex(text, ':', { plain: 0, most: maxFields })
  const expression = (fields.length === 2 ? fields[1] : fields[0]) ?? ''
  const offset = parseOffset(fields.length === 2 ? (fields[0] ?? '') : '*', target)
  if (typeof offset === 'string') return offset
  const open = expression.indexOf('/')
  const close = expression.lastIndexOf('/')
  if (open <= 0 || close <= open + 1)
    return 'a regular expression is not of the form trigger/expression/flags'
  const trigger = parseLogic(expression.slice(0, open))
  if (typeof trigger === 'string') return 'the trigger of a regular expression cannot be read'
  if (greatestIndex(trigger) >= index) return 'the trigger of a regular expression is not before it'
  const flags = expression.slice(close + 1)
  if (!/^[gresmixAEU]*$/.test(flags)) return 'a regular expression has an unknown flag'
  return { kind: 'pcre', trigger, pattern: expression.slice(open + 1, close), offset, flags }
}

/** `hash[#distance]`; only distance 0 is supported, here as by ClamAV. */
function parseImage(text: string): Subsignature | string {
  const [digits = '', distance = '0'] = text.split('#')
  const hash = digits.length === 16 ? bytesOfHex(digits) : undefined
  if (hash === undefined) return 'an image hash does not have 16 hexadecimal digits'
  return /^\+?0+$/.test(distance)
    ? { kind: 'fuzzy-image', hash }
    : 'an image hash has a distance other than 0'
}

const maxFields = 5

/** `[offset:]signature[::modifiers]` */
function parseContent(text: string, target: number): Subsignature | string {
  const fields = splitOutsideRegex(text, ':', { plain: 0, most: maxFields })
  const hasOffset = fields.length % 2 === 0
  const modifiers = fields.length === 3 || fields.length === 4 ? (fields.at(-1) ?? '') : ''
  if (!/^[ifwa]*$/.test(modifiers)) return 'a subsignature has an unknown modifier'
  const bodies = parseBodies((hasOffset ? fields[1] : fields[0]) ?? '', modifiersOf(modifiers))
  if (bodies === neverMatches) return { kind: 'never' }
  if (typeof bodies === 'string') return bodies
  const offset: Offset | string = parseOffset(hasOffset ? (fields[0] ?? '') : '*', target)
  return typeof offset === 'string' ? offset : { kind: 'content', offset, bodies }
}

function modifiersOf(letters: string): Modifiers {
  return {
    nocase: letters.includes('i'),
    fullword: letters.includes('f'),
    wide: letters.includes('w'),
    ascii: letters.includes('a'),
  }
}
