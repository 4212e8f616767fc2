// From a value to the folded sequences that the grammar judges: one for each context in which a database could read it.

import type { Tokens } from './cursor.ts'
import { fold } from './fold.ts'
import { type Quote, tokenise } from './lex.ts'

/** One reading of a value. */
export interface Reading {
  readonly quote: Quote
  readonly sequence: string
  readonly tokens: Tokens
}

const lookalikes = /[\u2018\u2019\u00b4\u2032\u02b9\u02bc\u201c\u201d\u2013\uff01-\uff5e]/

/** Quotes, dashes and wide letters that a database's character set turns into ASCII. */
function ascii(value: string): string {
  if (!lookalikes.test(value)) return value
  return value
    .replaceAll(/[\u2018\u2019\u00b4\u2032\u02b9\u02bc]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll('\u2013', '--')
    .replaceAll(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
}

const quotes = ["'", '"', '`'] as const

const splitWord = /\w\/\*[^*]{0,40}\*\/\w/

/**
 * The value and what some target or filter in front of it makes of it: without comments inside of words, without ASP's lone percent signs,
 * with a space for a plus sign. Usually the value alone.
 */
export function textsOf(value: string): string[] {
  const text = ascii(value)
  const texts = [text]
  if (splitWord.test(text)) texts.push(text.replaceAll(/\/\*[^*]{0,40}\*\//g, ''))
  if (/(?:%[\w'"()=,;@#-]){3}/.test(text)) texts.push(text.replaceAll(/%(?=[^\s%])/g, ''))
  if (
    /\+(?:and|or|union|select|order|rlike|as|where|when|from|procedure|having|group|limit|into)\+/i.test(
      text,
    ) &&
    !/\s/.test(text)
  )
    texts.push(text.replaceAll('+', ' '))
  return texts
}

/** A text as code, and as the rest of a string in each quote that it holds. */
export function readingsOf(text: string): Reading[] {
  const readings = [reading(text, '')]
  for (const quote of quotes) if (text.includes(quote)) readings.push(reading(text, quote))
  // A name in SQL Server's and Access's brackets is left by a bracket.
  if (/^[\w%]{0,40}\]/.test(text)) readings.push(reading(text, ']'))
  return readings
}

function reading(text: string, quote: Quote): Reading {
  const tokens = tokenise(text, quote)
  return { quote, sequence: sequenceOf(tokens), tokens }
}

/** Beginning and end of a longer sequence: patterns are matched against so many letters at most. */
const maxHead = 1200
const maxTail = 400

function sequenceOf(tokens: Tokens): string {
  const folded = withoutText(
    fold(tokens.kinds).replaceAll(/(w)w{3,}|(~)~{3,}|(n)n{3,}/g, '$1$1$1$2$2$2$3$3$3'),
    tokens,
  )
  return folded.length <= maxHead + maxTail ? folded : `${folded.slice(0, maxHead)}~${folded.slice(-maxTail)}`
}

/** A word in quotes in the middle of a text is no string that was closed, and a note behind a dash or a hash no comment. */
function withoutText(sequence: string, { open, closed, comment }: Tokens): string {
  // A trade union, a select 20: a probe joins its query to a number or to a string that it closed, or goes on behind the number.
  if (/^w{1,3}UA?En$/.test(sequence)) return '~'
  const isText = /^\s/.test(open) && /(?:^|\s)$/.test(closed)
  if (isText && sequence.endsWith('R')) return `${sequence.slice(0, -1)}"`
  if (!/^[Qnsw].{0,3}c$/.test(sequence)) return sequence
  const isMark = sequence.length < 4 ? /^[\s;)*#'"+-]*$/ : /^[\s;)*#'"+\-/]*\w{0,12}\**\/?\w{0,10}\s*$/
  return isMark.test(comment) ? sequence : `${sequence.slice(0, -1)}~`
}
