// PHP's lexical rules (https://www.php.net/manual/en/langref.php, all versions together: short tags, `<script
// language=php>`, heredoc and nowdoc), one pass over the text, with no regular expression that can look back.

import { unescapeDouble, unescapeSingle } from './escapes.ts'

export const token = {
  html: 1,
  variable: 2,
  name: 3,
  number: 4,
  /** A string whose value is known. */
  text: 5,
  /** A string with variables in it; its value is what stands between the quotes. */
  template: 6,
  operator: 7,
  cast: 8,
  /** Between backticks. */
  command: 9,
  /** The opening `<?=`. */
  echo: 10,
  end: 11,
} as const

export interface Tokens {
  readonly kinds: number[]
  readonly starts: number[]
  /** A variable's name without `$`, a string's value, an operator, … */
  readonly values: string[]
  /** Offsets of strings that spell letters by escapes. */
  readonly escaped: ReadonlySet<number>
}

const singles: readonly string[] = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
/** 1 a letter, underscore or byte above 127; 2 a digit. */
const classes = new Uint8Array(65_536).fill(1, 128)
for (let code = 65; code <= 90; code++) {
  classes[code] = 1
  classes[code + 32] = 1
}
classes[95] = 1
for (let code = 48; code <= 57; code++) classes[code] = 2

const operators3 = new Set(['===', '!==', '<=>', '**=', '...', '<<=', '>>=', '??=', '?->'])
const operators2 = new Set(
  '== != <> <= >= && || ++ -- += -= *= /= .= %= &= |= ^= -> => :: << >> ** ??'.split(' '),
)
const castWords = new Set(
  'int integer bool boolean float double real string binary array object unset'.split(' '),
)
const maxTokens = 1_500_000

/** `isCode`: the text begins inside PHP, as what `eval` is given does. */
export function tokenize(text: string, options: { isCode: boolean }): Tokens {
  const lexer = new Lexer(text)
  lexer.run(options.isCode)
  return lexer
}

class Lexer implements Tokens {
  readonly kinds: number[] = []
  readonly starts: number[] = []
  readonly values: string[] = []
  readonly escaped = new Set<number>()
  readonly #text: string
  readonly #hasScriptTags: boolean
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#hasScriptTags = /<script\s{1,20}language\s{0,20}=\s{0,20}["']?php/i.test(text)
  }

  run(isCode: boolean): void {
    if (!isCode) this.#html()
    const { length } = this.#text
    while (this.#at < length && this.kinds.length < maxTokens) this.#next()
    this.#push(token.end, length, '')
  }

  #push(kind: number, start: number, value: string): void {
    this.kinds.push(kind)
    this.starts.push(start)
    this.values.push(value)
  }

  /** Up to and with the next opening tag. */
  #html(): void {
    const text = this.#text
    const start = this.#at
    for (let from = start; ; from += 2) {
      const tag = text.indexOf('<?', from)
      const script = this.#hasScriptTags ? this.#scriptTag(from, tag) : undefined
      if (script !== undefined) {
        this.#push(token.html, start, text.slice(start, script.start))
        this.#at = script.end
        return
      }
      if (tag < 0) {
        this.#push(token.html, start, text.slice(start))
        this.#at = text.length
        return
      }
      from = tag
      const word = text.slice(tag + 2, tag + 5).toLowerCase()
      if (word === 'xml') continue
      if (tag > start) this.#push(token.html, start, text.slice(start, tag))
      if (word === 'php') this.#at = tag + 5
      else if (word[0] === '=') {
        this.#push(token.echo, tag, '')
        this.#at = tag + 3
      } else this.#at = tag + 2
      return
    }
  }

  #scriptTag(from: number, before: number): { start: number; end: number } | undefined {
    const tag = /<script\s{1,20}language\s{0,20}=\s{0,20}["']?php["']?\s{0,20}>/gi
    tag.lastIndex = from
    const found = tag.exec(this.#text)
    if (found === null || (before >= 0 && found.index > before)) return undefined
    return { start: found.index, end: found.index + found[0].length }
  }

  #next(): void {
    const text = this.#text
    const start = this.#at
    const code = text.charCodeAt(start)
    if (code <= 32) {
      this.#at++
      return
    }
    const type = classes[code]!
    if (type === 1 || code === 92) return this.#name(start)
    if (type === 2) return this.#number(start)
    switch (code) {
      case 36:
        return this.#variable(start)
      case 39:
        return this.#single(start)
      case 34:
        return this.#quoted(start, '"')
      case 96:
        return this.#quoted(start, '`')
      case 35:
        if (text[start + 1] === '[') this.#at = start + 2
        return this.#lineComment()
      case 47:
        if (this.#comment(start)) return undefined
        break
      case 63:
        if (text[start + 1] === '>') return this.#close(start, 2)
        break
      case 60:
        if (text.startsWith('<<<', start) && this.#heredoc(start)) return undefined
        if (this.#hasScriptTags && text.startsWith('</script>', start)) return this.#close(start, 9)
        break
      case 40:
        if (this.#cast(start)) return undefined
        break
      case 46:
        if (classes[text.charCodeAt(start + 1)] === 2) return this.#number(start)
        break
      default:
    }
    return this.#operator(start, code)
  }

  /** `//` and `/*`. */
  #comment(start: number): boolean {
    const text = this.#text
    const mark = text[start + 1]
    if (mark === '/') this.#lineComment()
    else if (mark === '*') {
      const end = text.indexOf('*/', start + 2)
      this.#at = end < 0 ? text.length : end + 2
    } else return false
    return true
  }

  #close(start: number, length: number): void {
    this.#push(token.operator, start, ';')
    this.#at = start + length
    if (this.#text[this.#at] === '\n') this.#at++
    this.#html()
  }

  #name(start: number): void {
    const text = this.#text
    let end = start + 1
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (classes[code] === 0 && code !== 92) break
    }
    this.#at = end
    const value = text.slice(text.charCodeAt(start) === 92 ? start + 1 : start, end)
    this.#push(token.name, start, value)
    // What stands behind it is data.
    if (value.length === 15 && value.toLowerCase() === '__halt_compiler') this.#at = text.length
  }

  #number(start: number): void {
    const text = this.#text
    let end = start + 1
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code === 46 ? text.charCodeAt(end + 1) === 46 || text[start + 1] === 'x' : classes[code] === 0)
        break
      // `1.'a'`, `1 .x`: a point that is no decimal point.
      if (code === 46 && classes[text.charCodeAt(end + 1)] !== 2) break
      if (code > 127) break
    }
    this.#at = end
    this.#push(token.number, start, text.slice(start, end))
  }

  #variable(start: number): void {
    const text = this.#text
    if (classes[text.charCodeAt(start + 1)] !== 1) {
      this.#push(token.operator, start, '$')
      this.#at = start + 1
      return
    }
    let end = start + 2
    while (end < text.length && classes[text.charCodeAt(end)] !== 0) end++
    this.#at = end
    this.#push(token.variable, start, text.slice(start + 1, end))
  }

  #single(start: number): void {
    const text = this.#text
    let end = start + 1
    let hasEscapes = false
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code === 39) break
      if (code === 92) {
        hasEscapes = true
        end++
      }
    }
    this.#at = end + 1
    const raw = text.slice(start + 1, end)
    this.#push(token.text, start, hasEscapes ? unescapeSingle(raw) : raw)
  }

  #quoted(start: number, quote: '"' | '`'): void {
    const text = this.#text
    const quoteCode = quote.charCodeAt(0)
    let end = start + 1
    let isTemplate = false
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code === quoteCode) break
      if (code === 92) end++
      else if (code === 36) {
        const next = text.charCodeAt(end + 1)
        if (classes[next] === 1 || next === 123) isTemplate = true
        if (text[end - 1] === '{' || next === 123) end = skipBraces(text, end)
      }
    }
    this.#at = end + 1
    this.#string(start, text.slice(start + 1, end), quote === '`' ? token.command : isTemplate)
  }

  #string(start: number, raw: string, kind: number | boolean): void {
    if (typeof kind === 'number') this.#push(kind, start, raw)
    else if (kind) this.#push(token.template, start, raw)
    else if (raw.includes('\\')) {
      const { value, spellsLetters } = unescapeDouble(raw)
      if (spellsLetters) this.escaped.add(start)
      this.#push(token.text, start, value)
    } else this.#push(token.text, start, raw)
  }

  #lineComment(): void {
    const text = this.#text
    let end = this.#at + 1
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code === 10 || code === 13) break
      if (code === 63 && text.charCodeAt(end + 1) === 62) break
    }
    this.#at = end
  }

  #heredoc(start: number): boolean {
    const text = this.#text
    const head = /<<<[ \t]{0,20}(["']?)([A-Za-z_\x80-\xff][\w\x80-\xff]{0,200})\1\r?\n/y
    head.lastIndex = start
    const found = head.exec(text)
    if (found === null) return false
    const [whole, quote, label = ''] = found
    const bodyStart = start + whole.length
    const { end, next } = heredocEnd(text, bodyStart - 1, label)
    this.#at = next
    const raw = text.slice(bodyStart, Math.max(bodyStart, end))
    if (quote === "'") this.#push(token.text, start, raw)
    else this.#string(start, raw, /[$][a-zA-Z_{]/.test(raw))
    return true
  }

  #cast(start: number): boolean {
    const text = this.#text
    let at = start + 1
    while (text[at] === ' ' || text[at] === '\t') at++
    const wordStart = at
    while (at - wordStart < 8 && classes[text.charCodeAt(at)] === 1) at++
    if (at === wordStart) return false
    const word = text.slice(wordStart, at).toLowerCase()
    while (text[at] === ' ' || text[at] === '\t') at++
    if (text[at] !== ')' || !castWords.has(word)) return false
    this.#push(token.cast, start, word)
    this.#at = at + 1
    return true
  }

  #operator(start: number, code: number): void {
    const text = this.#text
    const three = text.slice(start, start + 3)
    let value = singles[code & 255]!
    if (three.length === 3 && operators3.has(three)) value = three
    else if (operators2.has(three.slice(0, 2))) value = three.slice(0, 2)
    this.#push(token.operator, start, value)
    this.#at = start + value.length
  }
}

/** Where the braces that begin before or at `start` end: quotes inside them do not end the string around. */
function skipBraces(text: string, start: number): number {
  const limit = Math.min(text.length, start + 500)
  let depth = text[start - 1] === '{' ? 1 : 0
  for (let at = start; at < limit; at++) {
    const code = text.charCodeAt(at)
    if (code === 123) depth++
    else if (code === 125 && --depth <= 0) return at
    else if (code === 10) return start
  }
  return start
}

function heredocEnd(text: string, from: number, label: string): { end: number; next: number } {
  for (let at = text.indexOf(label, from); at >= 0; at = text.indexOf(label, at + label.length)) {
    let lineStart = at
    while (text[lineStart - 1] === ' ' || text[lineStart - 1] === '\t') lineStart--
    if (text[lineStart - 1] !== '\n' && text[lineStart - 1] !== '\r') continue
    if (classes[text.charCodeAt(at + label.length)] !== 0 && at + label.length < text.length) continue
    const end = text[lineStart - 2] === '\r' ? lineStart - 2 : lineStart - 1
    return { end, next: at + label.length }
  }
  return { end: text.length, next: text.length }
}
