// A lexer for what a shell would make of a value: commands, the separator before each, and their words after quote removal and
// expansions that yield nothing (POSIX.1-2024 XCU 2.2, 2.3, 2.6; bash; cmd.exe). Injected text starts in an unknown quoting state,
// so a quote that is not closed before the next separator is read as the end of the application's own string.

const maxChars = 4096
const maxCommands = 48
const maxWords = 24

export interface ShellWord {
  /** After quote removal; backslashes and carets stay. */
  readonly text: string
  /** Parts of the word were quoted or empty expansions, which change nothing but the look. */
  readonly broken: boolean
}

type Separator = 'start' | ';' | '|' | '&' | '&&' | '||' | 'newline' | '`' | '$(' | '<('

export interface ShellCommand {
  readonly before: Separator
  /** Offset of the command in the value. */
  readonly start: number
  readonly words: ShellWord[]
  /** What ended it: another separator, a closing one, or the end of the value. */
  end: number
}

const emptyExpansion = /\$\(\)|``|[<>]\(\)|\$(?:[@*?_!#$]|\d|[a-z](?![\w([{]))|\$\{[^{}`'"()]{0,40}\}/iy
const fieldSeparator =
  /\$(?:IFS(?:\$\d)?|\{IFS[^}]{0,20}\})|%(?:ProgramFiles|PROGRAMFILES|CommonProgramFiles|COMMONPROGRAMFILES):~10,(?:1|-5)%/y
const braceList = /\{[\w,./$'?*:-]{0,80},[\w,./$'?*:-]{0,80}\}/y
const entity = /&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});/iy
const hardBreak = /[;|&`\n\r]/

function sticky(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** Lexes one value. Owns the position and the word under construction. */
class ShellLexer {
  readonly commands: ShellCommand[] = []
  readonly #text: string
  #at = 0
  #command: ShellCommand
  #word = ''
  #open = false
  #quotedPart = false
  #barePart = false
  #emptyPart = false

  constructor(value: string) {
    this.#text = value.length > maxChars ? value.slice(0, maxChars) : value
    this.#command = { before: 'start', start: 0, words: [], end: this.#text.length }
    this.commands.push(this.#command)
  }

  run(): ShellCommand[] {
    while (this.#at < this.#text.length && this.commands.length < maxCommands) this.#step()
    this.#endWord()
    return this.commands
  }

  #endWord(): void {
    if (this.#open && this.#command.words.length < maxWords) {
      this.#command.words.push({
        text: this.#word,
        broken: this.#emptyPart || (this.#quotedPart && this.#barePart),
      })
    }
    this.#word = ''
    this.#open = false
    this.#quotedPart = false
    this.#barePart = false
    this.#emptyPart = false
  }

  #separate(before: Separator, length: number): void {
    this.#endWord()
    this.#command.end = this.#at
    this.#at += length
    this.#command = { before, start: this.#at, words: [], end: this.#text.length }
    this.commands.push(this.#command)
  }

  #add(part: string, length: number): void {
    this.#word += part
    this.#open = true
    this.#barePart = true
    this.#at += length
  }

  #quote(quote: string): void {
    const close = this.#text.indexOf(quote, this.#at + 1)
    const inside = close < 0 || close - this.#at > 400 ? undefined : this.#text.slice(this.#at + 1, close)
    if (inside === undefined || hardBreak.test(inside)) {
      this.#endWord()
      this.#at++
      return
    }
    this.#word += inside
    this.#open = true
    if (inside.length === 0) this.#emptyPart = true
    else this.#quotedPart = true
    this.#at = close + 1
  }

  #dollar(): void {
    const gap = sticky(fieldSeparator, this.#text, this.#at)
    if (gap !== undefined) {
      this.#endWord()
      this.#at += gap.length
      return
    }
    if (this.#text[this.#at + 1] === '(' && this.#text[this.#at + 2] !== ')') this.#separate('$(', 2)
    else if (this.#text[this.#at + 1] === "'" || this.#text[this.#at + 1] === '"') this.#at++
    else this.#expansion(this.#text[this.#at] ?? '')
  }

  #expansion(otherwise: string): void {
    const empty = sticky(emptyExpansion, this.#text, this.#at)
    // `$a` as a word of its own may be a command that the same value assigned.
    const word =
      empty !== undefined && !this.#open && /^\$[a-z]$/i.test(empty) && this.#text[this.#at + 2] === ' '
    if (empty === undefined || word) {
      this.#add(otherwise, 1)
      return
    }
    this.#emptyPart = true
    this.#at += empty.length
  }

  #braces(): void {
    const list = this.#open ? undefined : sticky(braceList, this.#text, this.#at)
    this.#endWord()
    if (list === undefined) {
      this.#at++
      return
    }
    for (const item of list.slice(1, -1).split(',')) {
      if (item === '') continue
      this.#word = item.replaceAll("'", '').replace(/^\$/, '')
      this.#open = true
      this.#emptyPart = true
      this.#endWord()
    }
    this.#at += list.length
  }

  #ampersand(): void {
    const name = sticky(entity, this.#text, this.#at)
    if (name !== undefined) this.#add(name, name.length)
    else if (this.#text[this.#at + 1] === '&') this.#separate('&&', 2)
    else this.#separate('&', 1)
  }

  #angle(char: string): void {
    if (this.#text[this.#at + 1] !== '(') {
      this.#endWord()
      this.#add(char, 1)
      this.#endWord()
    } else if (this.#text[this.#at + 2] === ')') this.#expansion(char)
    else this.#separate('<(', 2)
  }

  #step(): void {
    const char = this.#text[this.#at] ?? ''
    switch (char) {
      case ' ':
      case '\t':
      case '\v':
      case '\f':
      case '(':
      case '}':
        this.#endWord()
        this.#at++
        break
      case ')':
        this.#endWord()
        this.#at++
        break
      case '\n':
      case '\r':
        this.#separate('newline', 1)
        break
      case ';':
        this.#separate(';', 1)
        break
      case '|':
        if (this.#text[this.#at + 1] === '|') this.#separate('||', 2)
        else this.#separate('|', 1)
        break
      case '&':
        this.#ampersand()
        break
      case '`':
        if (this.#text[this.#at + 1] === '`') this.#expansion(char)
        else this.#separate('`', 1)
        break
      case '$':
        this.#dollar()
        break
      case '%':
        if (sticky(fieldSeparator, this.#text, this.#at) === undefined) this.#add(char, 1)
        else this.#dollar()
        break
      case '{':
        this.#braces()
        break
      case '<':
      case '>':
        this.#angle(char)
        break
      case "'":
      case '"':
        this.#quote(char)
        break
      default:
        this.#add(char, 1)
    }
  }
}

/**
 * @param value decoded; the first 4 KiB are read
 * @returns its commands in order; the first begins where the value does
 */
export function shellCommands(value: string): readonly ShellCommand[] {
  return new ShellLexer(value).run()
}
