// Methods of strings and lists that several languages have under the same names.

import type { Call } from './dialect.ts'
import { listToken, numberToken, textToken, type Token } from './token.ts'

const maxParts = 100_000
const maxMade = 1024 * 1024

type Method = (receiver: Token, args: readonly Token[], offset: number) => Token | undefined

/** Of a constant receiver; undefined where the method is unknown. */
export function callMethod(name: string, { receiver, args, offset }: Call): Token | undefined {
  if (receiver === undefined) return undefined
  return methods.get(name.toLowerCase())?.(receiver, args, offset)
}

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'split',
    ({ kind, text }, [separator], offset) => (kind === 'text' ? split(text, separator, offset) : undefined),
  ],
  [
    'reverse',
    ({ kind, items }, _args, offset) => (kind === 'list' ? listToken(items.toReversed(), offset) : undefined),
  ],
  ['join', join],
  ['replace', ({ kind, text }, args, offset) => (kind === 'text' ? replace(text, args, offset) : undefined)],
  [
    'replaceall',
    ({ kind, text }, args, offset) => (kind === 'text' ? replace(text, args, offset) : undefined),
  ],
  ['concat', concat],
  ['charat', ({ text }, [index], offset) => textToken(text.charAt(index?.number ?? 0), offset)],
  [
    'charcodeat',
    ({ text }, [index], offset) => numberToken(text.charCodeAt(index?.number ?? 0) || 0, offset),
  ],
  ['slice', ({ kind, text }, [from, to], offset) => cut(kind, text.slice(from?.number, to?.number), offset)],
  [
    'substring',
    ({ kind, text }, [from, to], offset) => cut(kind, text.slice(from?.number ?? 0, to?.number), offset),
  ],
  [
    'substr',
    ({ kind, text }, [from, to], offset) =>
      cut(kind, text.slice(from?.number ?? 0).slice(0, to?.number), offset),
  ],
  ['tolowercase', ({ kind, text }, _args, offset) => cut(kind, text.toLowerCase(), offset)],
  ['touppercase', ({ kind, text }, _args, offset) => cut(kind, text.toUpperCase(), offset)],
  ['tolower', ({ kind, text }, _args, offset) => cut(kind, text.toLowerCase(), offset)],
  ['toupper', ({ kind, text }, _args, offset) => cut(kind, text.toUpperCase(), offset)],
  ['lower', ({ kind, text }, _args, offset) => cut(kind, text.toLowerCase(), offset)],
  ['trim', ({ kind, text }, _args, offset) => cut(kind, text.trim(), offset)],
  ['strip', ({ kind, text }, _args, offset) => cut(kind, text.trim(), offset)],
  ['tostring', ({ kind, text }, args, offset) => (args.length === 0 ? cut(kind, text, offset) : undefined)],
  ['decode', ({ kind, text }, _args, offset) => cut(kind, text, offset)],
  ['encode', ({ kind, text }, _args, offset) => cut(kind, text, offset)],
  [
    'tochararray',
    ({ kind, text }, _args, offset) => (kind === 'text' ? characters(text, offset) : undefined),
  ],
])

function cut(kind: Token['kind'], text: string, offset: number): Token | undefined {
  return kind === 'text' ? textToken(text, offset) : undefined
}

export function characters(text: string, offset: number): Token | undefined {
  if (text.length > maxParts) return undefined
  return listToken(
    text.split('').map((part) => textToken(part, offset)),
    offset,
  )
}

function split(text: string, separator: Token | undefined, offset: number): Token | undefined {
  if (separator === undefined || separator.text === '') return characters(text, offset)
  const parts = text.split(separator.kind === 'regex' ? patternOf(separator.text) : separator.text, maxParts)
  return listToken(
    parts.map((part) => textToken(part, offset)),
    offset,
  )
}

function join({ kind, items, text }: Token, args: readonly Token[], offset: number): Token | undefined {
  const [given] = args
  if (kind === 'list') return joined(items, given?.text ?? ',', offset)
  return given?.kind === 'list' ? joined(given.items, text, offset) : undefined
}

export function joined(items: readonly Token[], separator: string, offset: number): Token | undefined {
  let length = items.length * separator.length
  for (const item of items) length += item.text.length
  if (length > maxMade || items.some(({ kind }) => kind === 'list')) return undefined
  return textToken(items.map(({ text }) => text).join(separator), offset)
}

function concat({ kind, text }: Token, args: readonly Token[], offset: number): Token | undefined {
  return kind === 'text' ? joined([textToken(text, offset), ...args], '', offset) : undefined
}

export function replace(text: string, [what, by]: readonly Token[], offset: number): Token | undefined {
  if (what === undefined || what.text === '') return undefined
  const pattern = what.kind === 'regex' ? patternOf(what.text) : what.text
  const made = text.split(pattern)
  if (made.length * (by?.text.length ?? 0) > maxMade) return undefined
  return textToken(made.join(by?.text ?? ''), offset)
}

const nothing = /(?!)/
/** Noise is taken out by a character, a set of them or a word; anything cleverer may take for ever. */
const simple = /^(?:[\w\s#@!%&~`,;:'"<>=-]|\\[^1-9bBuxpPkc]|\[[^\]\\]{1,80}\])+[+]?$/

export function patternOf(written: string): RegExp {
  const end = written.lastIndexOf('/')
  const body = written.startsWith('/') && end > 0 ? written.slice(1, end) : written
  if (!simple.test(body) || body.length > 200) return nothing
  try {
    return new RegExp(body, written.slice(end).includes('i') ? 'gi' : 'g')
  } catch {
    return nothing
  }
}
