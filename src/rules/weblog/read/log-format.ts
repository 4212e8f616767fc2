// Custom formats: Apache's LogFormat and nginx's log_format, compiled into a list of fields and the texts between them.
// https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats, https://nginx.org/en/docs/http/ngx_http_log_module.html

import { AppError } from '../../../base/app-error.ts'
import {
  type FieldSetter,
  apacheSetter,
  nginxSetter,
  requestOf,
  type RequestFields,
} from './format-fields.ts'
import type { LineReader, ReadLine } from './line-reader.ts'
import { closingQuote, unescapeField } from './quoted.ts'

interface Element {
  /** Undefined: a field that says nothing about the request, such as %l. */
  readonly set: FieldSetter | undefined
  /** The text after the field; '' for a field that ends the line. */
  readonly until: string
}

interface Format {
  readonly start: string
  readonly elements: readonly Element[]
}

const nicknames: Readonly<Record<string, string>> = {
  common: '%h %l %u %t "%r" %>s %b',
  combined: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
  vhost_combined: '%v:%p %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
}

const maxElements = 100

/**
 * A reader for a format as it stands in the server's configuration (`%h %l …`, `$remote_addr - …`) or its nickname. Throws
 * AppError `usage` when no field of it says what was asked for.
 */
export function formatReader(text: string): LineReader {
  const given = Object.hasOwn(nicknames, text) ? (nicknames[text] ?? text) : text
  const format = given.includes('$')
    ? compileNginx(given.replaceAll(/\$uri\$is_args\$(?:args|query_string)\b/g, '$request_uri'))
    : compileApache(given.replaceAll('\\"', '"').replaceAll('%U%q', '%{and query}U'))
  if (format.elements.slice(0, -1).some(({ until }) => until === '')) {
    throw new AppError('usage', 'the log format has two fields with nothing between them')
  }
  if (!/%(?:\{[^}]*\})?[<>]?[rU]|\$request\b|\$request_uri\b|\$uri\b/.test(given)) {
    throw new AppError('usage', 'the log format has no field for the request', {
      hint: 'one of %r, %U, $request, $request_uri, $uri',
    })
  }
  return { id: 'custom', read: (line) => readBy(format, line) }
}

function readBy(format: Format, line: string): ReadLine | undefined {
  if (!line.startsWith(format.start)) return undefined
  const fields: RequestFields = {}
  let at = format.start.length
  for (const { set, until } of format.elements) {
    const end = fieldEnd(line, at, until)
    if (end === -1) return undefined
    if (set !== undefined && !set(fields, unescapeField(line.slice(at, end)))) return undefined
    at = end + until.length
  }
  return { kind: 'request', request: requestOf(fields) }
}

function fieldEnd(line: string, at: number, until: string): number {
  if (until === '') return line.length
  if (!until.startsWith('"')) return line.indexOf(until, at)
  // A quote inside of the field does not end it; after the right one stands the rest of the literal.
  let end = closingQuote(line, at, 'any')
  for (let tries = 0; end !== -1 && !line.startsWith(until, end) && tries < 64; tries += 1) {
    end = closingQuote(line, end + 1, 'any')
  }
  return end !== -1 && line.startsWith(until, end) ? end : line.indexOf(until, at)
}

type Token = { readonly literal: string } | { readonly set: FieldSetter | undefined }

function compileApache(text: string): Format {
  return elementsOf(
    text,
    // %[!][status codes][<>]{argument}letters
    /%(?:!?[\d,]+)?[<>]?(?:\{([^}]{0,100})\})?(\^t[io]|[A-Za-z%])/g,
    (_, argument, letter) => {
      if (letter === '%') return { literal: '%' }
      return { set: apacheSetter(letter ?? '', argument) }
    },
  )
}

function compileNginx(text: string): Format {
  return elementsOf(text, /\$(?:\{(\w{1,64})\}|(\w{1,64}))/g, (_, braced, plain) => ({
    set: nginxSetter(braced ?? plain ?? ''),
  }))
}

type Reading = (whole: string, one: string | undefined, two: string | undefined) => Token

function elementsOf(text: string, pattern: RegExp, read: Reading): Format {
  const tokens: Token[] = []
  let at = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) tokens.push({ literal: text.slice(at, match.index) })
    tokens.push(...expand(read(match[0], match[1], match[2]), match[0]))
    at = match.index + match[0].length
  }
  if (at < text.length) tokens.push({ literal: text.slice(at) })
  return joined(tokens)
}

/** Apache's %t brings its brackets. */
function expand(token: Token, whole: string): Token[] {
  return whole === '%t' ? [{ literal: '[' }, token, { literal: ']' }] : [token]
}

function joined(tokens: readonly Token[]): Format {
  let start = ''
  const elements: { set: FieldSetter | undefined; until: string }[] = []
  for (const token of tokens.slice(0, maxElements * 2)) {
    const last = elements.at(-1)
    if ('set' in token) elements.push({ set: token.set, until: '' })
    else if (last === undefined) start += token.literal
    else last.until += token.literal
  }
  return { start, elements }
}
