// Pages that fetch what the request names and answer with it: proxies, by which an intruder reaches what the server
// reaches.

import type { Evidence } from '../../evidence.ts'
import { type Flow } from './flow.ts'
import { argumentsOf, word, type Words } from './words.ts'

interface Place {
  readonly flow: Flow
  /** What carries an answer of another host. */
  readonly stores: Flow
  readonly evidence: Evidence
  readonly layer: number
  readonly at: number
}

/** In words: programs that collect pages for their own are larger. */
const largePage = 3000
const answers = new Set(['write', 'binarywrite', 'outputstream', 'innerhtml'])

/** `http.Open "GET", Request("u")` beside `Response.Write http.ResponseText`. */
export function judgeFetches(words: Words, { flow, stores, evidence, layer, at: outer }: Place): void {
  let named: { by: string; offset: number } | undefined
  let isAnswered = false
  for (let at = 2; at < words.kinds.length; at++) {
    if (words.kinds[at] !== word.name || words.values[at - 1] !== '.') continue
    const name = words.values[at]!.toLowerCase()
    const isFetch = name === 'open' || name === 'downloadstring' || name === 'downloaddata'
    if (!isFetch && !answers.has(name)) continue
    const { from, to } = argumentsOf(words, at)
    if (answers.has(name)) {
      isAnswered ||= /^response$/i.test(words.values[at - 2]!) && stores.carries(from, to) !== undefined
      continue
    }
    const by = isWebRequest(words, { name, from }) ? wholeAddress(words, flow, from, to) : undefined
    if (by !== undefined) named ??= { by, offset: layer === 0 ? words.starts[at]! : outer }
  }
  if (named === undefined) return
  evidence.add({
    kind: 'fetches',
    score: isAnswered && words.kinds.length < largePage ? 61 : 40,
    offset: named.offset,
    sentence: `${named.by} names the address that is fetched${isAnswered ? ' and shown' : ''}`,
    technique: 'T1090',
  })
}

function isWebRequest({ values, kinds }: Words, { name, from }: { name: string; from: number }): boolean {
  if (name !== 'open') return true
  return kinds[from] === word.text && /^(?:get|post|head)$/i.test(values[from]!)
}

/** The request says where, not only what is asked there. */
function wholeAddress(words: Words, flow: Flow, from: number, to: number): string | undefined {
  let start = from
  if (words.kinds[from] === word.text && words.values[from + 1] === ',') start = from + 2
  // `"" & address` begins with what the request says.
  while (words.kinds[start] === word.text && words.values[start] === '') start += 2
  return words.kinds[start] === word.text && !/^https?:\/\/$/i.test(words.values[start]!)
    ? undefined
    : flow.carries(start, to)
}
