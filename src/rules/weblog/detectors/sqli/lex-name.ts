// Names, key words, variables and numbers of SQL, and what kind of token each is.

import { isDigit, isSpace, wordAt } from './characters.ts'
import { type Cursor, endOfInnerString, push } from './cursor.ts'
import {
  effectFunctions,
  effectPrefixes,
  functions,
  type Kind,
  kindOfWord,
  pairs,
  statementWords,
  systemNames,
} from './words.ts'

/** No word of SQL is longer; longer runs are names. */
export const maxWordLength = 48

const numberRun = /0[xX][\da-fA-F]+|0[bB][01]+(?!\w)|\d*\.?\d+(?:[eE][-+]?\d+)?\.?|\d+\.?/y

export function readNumber(cursor: Cursor): void {
  const { text } = cursor
  numberRun.lastIndex = cursor.at
  const length = numberRun.exec(text)?.[0].length ?? 1
  const end = cursor.at + length
  const tail = wordAt(text, end)
  // `1or 1=1` is a number and a word; `10k` and `3d` are names.
  if (tail === '' || isJoint(tail)) {
    push(cursor, 'n')
    cursor.at = end
    return
  }
  push(cursor, 'w')
  cursor.at = end + tail.length
}

function isJoint(tail: string): boolean {
  if (tail.length > 9) return false
  return /^(?:and|or|xor|union|like|rlike|regexp|from|where|having|limit|order|group|into|as|div|mod|e)$/i.test(
    tail.replace(/\d+$/, ''),
  )
}

export function readVariable(cursor: Cursor): void {
  const { text, at } = cursor
  if (text[at] === '\\') {
    cursor.at += 2
    push(cursor, 't')
    return
  }
  let from = at + 1
  if (text[from] === '@') from++
  const quote = text[from]
  if (quote === '`' || quote === "'" || quote === '"') {
    const end = endOfInnerString(text, from + 1, quote)
    if (end < text.length) {
      push(cursor, 'v')
      cursor.at = end + 1
      return
    }
  }
  const name = wordAt(text, from)
  // user@host is a name, not a variable.
  const previous = text[at - 1] ?? ''
  push(cursor, /[\w.]/.test(previous) && from === at + 1 ? '~' : 'v')
  cursor.at = from + name.length
}

/** SQL Server's and Access's [name]. */
export function readBracket(cursor: Cursor): void {
  const end = endOfBracket(cursor)
  if (end < 0) {
    push(cursor, '~')
    cursor.at++
    return
  }
  let name = cursor.text.slice(cursor.at + 1, end)
  cursor.at = end + 1
  if (cursor.text.startsWith('.[', cursor.at)) {
    const second = endOfBracket(cursor)
    if (second > 0) {
      name += `.${cursor.text.slice(cursor.at + 2, second)}`
      cursor.at = second + 1
    }
  }
  push(cursor, systemNames.test(name.toLowerCase()) ? 'z' : 'w')
}

function endOfBracket({ text, at }: Cursor): number {
  const found = text.slice(at, at + maxWordLength).indexOf(']')
  return found < 0 ? -1 : at + found
}

export function readWord(cursor: Cursor): void {
  const { text } = cursor
  let word = wordAt(text, cursor.at)
  if (word === '') {
    // A lone half of a surrogate pair.
    cursor.at++
    push(cursor, '~')
    return
  }
  if (cursor.kinds.at(-1) === 'n' && isJoint(word)) word = word.replace(/\d+$/, '')
  let end = cursor.at + word.length
  // N'…', x'…', e'…', _latin1'…' are strings.
  const after = text[end]
  if (
    (after === "'" || after === '"') &&
    (word.length === 1 || word.startsWith('_')) &&
    /^(?:[nxbeq]|_\w{2,12})$/i.test(word)
  ) {
    cursor.at = end
    return
  }
  // Dotted names, also with empty parts (master..sysobjects) and quoted ones, are one name.
  for (let parts = 0; parts < 6 && text[end] === '.'; parts++) {
    let from = end + 1
    while (text[from] === '.' && from < end + 3) from++
    const isQuoted = text[from] === '`'
    const part = wordAt(text, isQuoted ? from + 1 : from)
    if (part === '' || (isDigit(part[0] ?? '') && kindOfWord.has(word.toLowerCase()))) break
    word += `.${part}`
    end = from + part.length + (isQuoted ? 2 : 0)
  }
  cursor.at = end
  readName(cursor, word.length > maxWordLength ? '' : word.toLowerCase())
}

function readName(cursor: Cursor, word: string): void {
  const { kinds } = cursor
  const pair = pairs[cursor.previousWord]?.[word]
  if (pair !== undefined && kinds.length > 0) {
    kinds[kinds.length - 1] = pair
    cursor.previousWord = ''
    return
  }
  const kind = kindOfName(cursor, word)
  push(cursor, kind)
  cursor.previousWord = word
}

function isOperand(kind: Kind | undefined): boolean {
  return kind !== undefined && 'nsQwtvz)!'.includes(kind)
}

/** Whether a parenthesis follows, also behind white space. */
function isCall({ text, at }: Cursor): boolean {
  let next = at
  while (next < at + 40 && next < text.length && isSpace(text[next] ?? '')) next++
  return text[next] === '('
}

function kindOfName(cursor: Cursor, word: string): Kind {
  const last = word.slice(word.lastIndexOf('.') + 1)
  if (word !== '' && isCall(cursor)) {
    if (effectFunctions.has(last) || effectPrefixes.test(word)) return 'h'
    const known = kindOfWord.get(word)
    if (functions.has(last) && !(known === 'k' && isOperand(cursor.kinds.at(-1)))) return 'g'
    if (known === 't') return 'g'
    if (known !== undefined) return known
  }
  const previous = cursor.kinds.at(-1)
  if (previous === 'n' && word === 'update') return 'r'
  if (
    statementWords.has(word) &&
    (previous === ';' || previous === undefined || previous === 'Q' || previous === ')' || previous === 's')
  ) {
    if (word === 'select') return 'E'
    return previous === ';' ? 'S' : 'r'
  }
  if (effectPrefixes.test(last)) return 'X'
  if (systemNames.test(word)) return 'z'
  return kindOfWord.get(word) ?? 'w'
}
