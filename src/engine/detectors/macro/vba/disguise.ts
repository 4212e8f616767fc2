// Evidence that a macro does not want to be read. Each alone is ordinary somewhere; the sum is not.

import type { Folded } from './folding.ts'

export interface Disguise {
  /** A sentence each. */
  readonly signs: readonly string[]
}

const manyCharacters = 10
const manyJoins = 40
const manyNumbers = 48
const longText = 400

export function disguiseOf(code: string, folded: Folded, hiddenWords: readonly string[]): Disguise {
  const { counts, literals } = folded
  const signs: string[] = []
  if (hiddenWords.length > 0) {
    signs.push(`${hiddenWords.slice(0, 4).join(', ')} can be read only after strings are put together`)
  }
  if (counts.characters >= manyCharacters) signs.push(`${counts.characters} characters are given as numbers`)
  if (counts.reversals > 0) signs.push('strings are written backwards')
  if (counts.longestJoin >= manyJoins) signs.push(`a string is joined from ${counts.longestJoin + 1} pieces`)
  if (counts.longestNumberList >= manyNumbers) signs.push(`a list of ${counts.longestNumberList} numbers`)
  if (literals.some((text) => text.length >= longText && !/\s/.test(text)))
    signs.push('a long string without blanks')
  if (/\bxor\b/.test(code) && /\b(?:asc|ascw|mid|chr|chrw|cbyte)\b/.test(code))
    signs.push('characters are combined with Xor')
  if (hasRandomNames(code)) signs.push('names are random')
  if (
    /\.(?:builtindocumentproperties|customdocumentproperties|variables|alternativetext|controltiptext|tag)\b/.test(
      code,
    )
  ) {
    signs.push('text is taken from properties of the document')
  }
  return { signs }
}

const declared = /\b(?:dim|sub|function|const|static)[ \t]+([a-z_]\w{5,})/g
const fewestNames = 6

/** Most names have five consonants or digits in a row. */
function hasRandomNames(code: string): boolean {
  const names = [...new Set([...code.matchAll(declared)].map(([, name = '']) => name))]
  if (names.length < fewestNames) return false
  const random = names.filter((name) => /[bcdfghjklmnpqrstvwxz0-9]{5}/.test(name.replaceAll('_', '')))
  return random.length * 2 > names.length
}
