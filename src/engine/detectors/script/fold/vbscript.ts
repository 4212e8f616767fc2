// VBScript, as far as constants go.

import { fromCodes } from '../decode.ts'
import type { Call, Dialect } from './dialect.ts'
import { reversed } from './folder.ts'
import { percentDecoded } from './javascript.ts'
import { joined, replace } from './methods.ts'
import { listToken, numberToken, textToken, type Token } from './token.ts'

const string = /"(?:[^"\n]|"")*"/y

export const vbscript: Dialect = {
  language: 'vbscript',
  ignoresCase: true,
  skipped: /(?:\s+|'[^\n]*|\brem\b[^\n]*|_[ \t]*\r?\n)+/iy,
  name: /[a-z]\w*|\[[^\]\n]{1,40}\]/iy,
  signs: /<>|[<>]=/y,
  readString(text, at) {
    string.lastIndex = at
    const found = string.exec(text)?.[0]
    return found === undefined
      ? undefined
      : { value: found.slice(1, -1).replaceAll('""', '"'), end: at + found.length }
  },
  joins: new Set(['&', '+']),
  hasBareLists: false,
  hasRegex: false,
  call,
  runs: new Map([
    ['execute', 'vbscript'],
    ['executeglobal', 'vbscript'],
    ['eval', 'vbscript'],
  ]),
}

function call(name: string, { args, offset }: Call): Token | undefined {
  const [first, second, third] = args
  if (first === undefined) return undefined
  const { text, kind } = first
  switch (name) {
    case 'chr':
    case 'chrw':
    case 'chrb':
      return kind === 'list' ? undefined : textToken(fromCodes([first.number || Number(text) || 0]), offset)
    case 'asc':
    case 'ascw':
      return kind === 'text' ? numberToken(text.charCodeAt(0) || 0, offset) : undefined
    case 'strreverse':
      return kind === 'text' ? textToken(reversed(text), offset) : undefined
    case 'replace':
      return kind === 'text' ? replace(text, args.slice(1), offset) : undefined
    case 'unescape':
      return kind === 'text' ? textToken(percentDecoded(text), offset) : undefined
    case 'mid': {
      const from = Math.max(0, (second?.number ?? 1) - 1)
      return kind === 'text'
        ? textToken(text.slice(from, from + (third?.number ?? text.length)), offset)
        : undefined
    }
    case 'left':
      return kind === 'text' ? textToken(text.slice(0, second?.number ?? 0), offset) : undefined
    case 'right':
      return kind === 'text'
        ? textToken(second?.number === 0 ? '' : text.slice(-(second?.number ?? 1)), offset)
        : undefined
    case 'lcase':
    case 'ucase':
    case 'trim':
    case 'cstr':
      return kind === 'list' ? undefined : textToken(name === 'ucase' ? text.toUpperCase() : text, offset)
    case 'cint':
    case 'clng':
    case 'cbyte':
      return kind === 'list' || Number.isNaN(vbNumber(text)) ? undefined : numberToken(vbNumber(text), offset)
    case 'array':
      return listToken(args, offset)
    case 'join':
      return kind === 'list' ? joined(first.items, second?.text ?? ' ', offset) : undefined
    case 'split': {
      const parts = kind === 'text' ? text.split(second?.text ?? ' ') : []
      return parts.length === 0
        ? undefined
        : listToken(
            parts.map((part) => textToken(part, offset)),
            offset,
          )
    }
    default:
      return undefined
  }
}

function vbNumber(text: string): number {
  return /^&h/i.test(text) ? Number.parseInt(text.slice(2), 16) : Number(text)
}
