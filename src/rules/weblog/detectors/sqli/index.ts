// SQL injection (CWE-89): each value is read as a database would read it as code, and as the rest of a string in each quote; the folded
// sequence of tokens decides. Tokenising and folding is the idea that libinjection made known; tokens, folding and grammar are our own.

import type { AttackFinding, PartDetector } from '../../detector.ts'
import { sequences } from './grammar.ts'
import { type Reading, readingsOf, textsOf } from './sequence-of.ts'

export const sqliDetector: PartDetector = {
  id: 'sqli',
  places: ['path', 'query', 'cookie', 'referer', 'user-agent', 'header', 'body'],
  detect,
}

/** Values of these characters alone hold neither white space nor signs that SQL needs. */
const single = /^[\w.\-/:,~!+*%&?=[\]]*$/
/** A quote, a sign or a word without which no sequence of the grammar comes about. */
const gate =
  /['"`(;=<>#@\u2018\u2019\u00b4\u2032\u02b9\u02bc\u201c\u201d\u2013\uff01-\uff5e]|--|\/\*|\|\||&&|\b(?:union|select|order|group|having|waitfor|procedure|between|r?like|regexp|glob|case|xp_\w|declare|except|intersect|into|update)|^\s*from\b|%[a-z]%[a-z]%|(?:and|or|xor)\s*[-\d@.]/i
/** Signs and words that make a value without white space more than a name. */
const dense =
  /%[A-Za-z]%[A-Za-z]%|\+(?:and|or|union|select|order|rlike|as|where)\+|--|\/\*|\|\||&&|[=]|xp_|(?:^|\W)(?:and|or|union|select)\b/i

function detect(value: string): AttackFinding | undefined {
  if (single.test(value) ? !dense.test(value) : !gate.test(value)) return undefined
  let best = isProbe(value) ? 62 : 0
  let why = best === 0 ? '' : 'ends in the quotes and parentheses by which a scanner provokes an error'
  for (const reading of textsOf(value).flatMap(readingsOf)) {
    const sign = hiddenBy(reading)
    if (sign.confidence > best) {
      best = sign.confidence
      why = sign.why
    }
    for (const sequence of sequences) {
      if (
        sequence.confidence <= best ||
        !isIn(sequence.context, reading) ||
        !sequence.pattern.test(reading.sequence)
      )
        continue
      best = sequence.confidence
      why = sequence.why
    }
  }
  if (best === 0) return undefined
  return {
    class: 'sqli',
    detector: 'sqli',
    why: `The value ${why}.`,
    confidence: best,
    techniques: ['T1190'],
    cwe: 'CWE-89',
  }
}

/** sqlmap's first request: quotes, parentheses, commas and full stops in a random order. */
function isProbe(value: string): boolean {
  const end = value.slice(-10)
  return /^[()'",.]{10}$/.test(end) && end.includes('"') && end.includes("'") && /[()]/.test(end)
}

function isIn(context: 'quoted' | 'plain' | 'any', { quote }: Reading): boolean {
  return context === 'any' || (context === 'plain') === (quote === '')
}

/** Comments in places where nobody who does not hide something puts them. */
function hiddenBy({ sequence, tokens }: Reading): { readonly confidence: number; readonly why: string } {
  if (tokens.hasVersionComment && /[UES&BDFW=]/.test(sequence))
    return { confidence: 80, why: 'hides words of SQL in a version comment' }
  if (tokens.hasInlineComment && /[UESD]/.test(sequence))
    return { confidence: 62, why: 'puts comments between words of SQL' }
  return { confidence: 0, why: '' }
}
