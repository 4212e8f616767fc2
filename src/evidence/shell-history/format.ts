// What shells and other programs that take typed lines write as their history, and how each is read. Parsers get bytes
// in a latin1 string, so that positions are those of the file; they never throw.

export interface HistoryEntry {
  /** Bytes in a latin1 string. */
  readonly command: string
  /** Seconds since 1970, when the file says so. */
  readonly seconds?: number
}

export interface ParsedHistory {
  readonly entries: readonly HistoryEntry[]
  /** How much of the text is whole entries; the rest is still being written. */
  readonly consumed: number
}

/** `head` is the beginning of the file, also when the text is from further on. */
export type HistoryParser = (text: string, head: string) => ParsedHistory

interface Lines {
  readonly lines: readonly string[]
  readonly consumed: number
}

function wholeLines(text: string): Lines {
  const consumed = text.lastIndexOf('\n') + 1
  return { lines: consumed === 0 ? [] : text.slice(0, consumed - 1).split('\n'), consumed }
}

function isTyped({ command }: HistoryEntry): boolean {
  return command.trim() !== ''
}

/** One line, one entry. */
export function parsePlain(text: string): ParsedHistory {
  const { lines, consumed } = wholeLines(text)
  return { entries: lines.map((command) => ({ command })).filter(isTyped), consumed }
}

/**
 * bash(1), HISTTIMEFORMAT: a line `#SECONDS` before each entry, which then may have several lines; tcsh(1) writes
 * `#+SECONDS`. Without them every line is an entry.
 */
export function parseBash(text: string): ParsedHistory {
  const { lines, consumed } = wholeLines(text)
  const hasTimes = timeOfLine(lines[0] ?? '') !== undefined
  const entries: HistoryEntry[] = []
  let seconds: number | undefined
  let parts: string[] = []
  const flush = (): void => {
    if (parts.length > 0)
      entries.push({ command: parts.join('\n'), ...(seconds === undefined ? {} : { seconds }) })
    parts = []
  }
  for (const line of lines) {
    const time = timeOfLine(line)
    if (time === undefined) {
      if (!hasTimes) flush()
      parts.push(line)
    } else {
      flush()
      seconds = time
    }
  }
  flush()
  // A time without its command: that is still to come.
  const last = lines.at(-1) ?? ''
  const isCut = timeOfLine(last) !== undefined
  return { entries: entries.filter(isTyped), consumed: isCut ? consumed - last.length - 1 : consumed }
}

function timeOfLine(line: string): number | undefined {
  const digits = /^#\+?(\d{1,11})$/.exec(line)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** zsh(1): `: SECONDS:DURATION;COMMAND` or the command alone; a line that ends in a backslash goes on. */
export function parseZsh(text: string): ParsedHistory {
  const { lines, consumed } = wholeLines(text)
  const entries: HistoryEntry[] = []
  let parts: string[] = []
  let pending = 0
  for (const line of lines) {
    if (line.endsWith('\\')) {
      parts.push(line.slice(0, -1))
      pending += line.length + 1
      continue
    }
    entries.push(zshEntry([...parts, line].join('\n')))
    parts = []
    pending = 0
  }
  return { entries: entries.filter(isTyped), consumed: consumed - pending }
}

function zshEntry(text: string): HistoryEntry {
  const plain = unmetafied(text)
  const match = /^: {1,8}(\d{1,11}):\d{1,11};/.exec(plain)
  if (match === null) return { command: plain }
  return { command: plain.slice(match[0].length), seconds: Number(match[1]) }
}

/** zsh writes bytes that mean something to itself as 0x83 and the byte with bit 5 turned over. */
function unmetafied(text: string): string {
  return text.replaceAll(/\u0083([\s\S])/g, (_, byte: string) => String.fromCharCode(byte.charCodeAt(0) ^ 32))
}

/** fish(1): `- cmd: COMMAND`, then `  when: SECONDS`, then perhaps `  paths:` with a list. */
export function parseFish(text: string): ParsedHistory {
  const { lines, consumed } = wholeLines(text)
  const entries: HistoryEntry[] = []
  for (const line of lines) {
    if (line.startsWith('- cmd: ')) {
      entries.push({ command: unescapedFish(line.slice('- cmd: '.length)) })
      continue
    }
    const when = /^ {2}when: (\d{1,11})$/.exec(line)?.[1]
    const last = entries.at(-1)
    if (when !== undefined && last !== undefined)
      entries[entries.length - 1] = { command: last.command, seconds: Number(when) }
  }
  // The time of the last command is still to come.
  const last = lines.at(-1) ?? ''
  if (!last.startsWith('- cmd: ')) return { entries: entries.filter(isTyped), consumed }
  return { entries: entries.slice(0, -1).filter(isTyped), consumed: consumed - last.length - 1 }
}

function unescapedFish(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, (whole, letter: string) => {
    if (letter === 'n') return '\n'
    return letter === '\\' ? '\\' : whole
  })
}

const editlineHeader = '_HiStOrY_V2_'

/**
 * Clients of databases: one line each, by readline or by libedit. libedit begins the file with a header and writes
 * blanks and control characters as `\040`; psql writes a line end as byte 1.
 */
export function parseClient(text: string, head: string): ParsedHistory {
  const { lines, consumed } = wholeLines(text)
  const isEditline = head.startsWith(editlineHeader)
  const entries = lines
    .filter((line) => line !== editlineHeader)
    .map((line) => {
      const plain = isEditline ? unescapedOctal(line) : line
      return { command: plain.replaceAll('\u0001', '\n') }
    })
  return { entries: entries.filter(isTyped), consumed }
}

function unescapedOctal(text: string): string {
  return text.replaceAll(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}

/** Python: one line each; since 3.13 the lines of one entry end in a carriage return. */
export function parsePython(text: string, head: string): ParsedHistory {
  const { entries, consumed } = parseClient(text, head)
  const joined: HistoryEntry[] = []
  let parts: string[] = []
  for (const { command } of entries) {
    if (command.endsWith('\r')) {
      parts.push(command.slice(0, -1))
      continue
    }
    joined.push({ command: [...parts, command].join('\n') })
    parts = []
  }
  if (parts.length > 0) joined.push({ command: parts.join('\n') })
  return { entries: joined, consumed }
}

/** Node.js, mongosh: the newest line is the first; the lines of one entry are joined by carriage returns. */
export function parseNewestFirst(text: string): ParsedHistory {
  // The last line has no end.
  const entries = text
    .split('\n')
    .map((line) => ({ command: line.replaceAll('\r', '\n') }))
    .filter(isTyped)
  return { entries: entries.toReversed(), consumed: text.length }
}

const ksh93Head = '\u0081\u0001'
const mkshHead = '\u00ab\u00cd'

/** ksh93 and mksh keep theirs in binary files; other Korn shells write lines. */
export function parseKsh(text: string, head: string): ParsedHistory {
  if (head.startsWith(mkshHead)) return parseMksh(text)
  return head.startsWith(ksh93Head) ? parseKsh93(text) : parsePlain(text)
}

/** Entries end in a zero byte, after a line end; markers in between begin with a byte from 0x81 on. */
function parseKsh93(text: string): ParsedHistory {
  const consumed = text.lastIndexOf('\0') + 1
  const entries = text
    .slice(0, consumed)
    .split('\0')
    // eslint-disable-next-line no-control-regex -- the markers of the format
    .map((record) => ({ command: record.replace(/^\u0081\u0001/, '').replace(/\n+$/, '') }))
    // eslint-disable-next-line no-control-regex -- the markers of the format
    .filter((entry) => isTyped(entry) && !/^[\u0000-\u0008\u0081-\u0084]/.test(entry.command))
  return { entries, consumed }
}

/** Each entry: 0xff, its number in four bytes, its text, a zero byte. */
function parseMksh(text: string): ParsedHistory {
  const entries: HistoryEntry[] = []
  let at = text.startsWith(mkshHead) ? mkshHead.length : 0
  while (at < text.length) {
    const start = text.indexOf('\u00ff', at)
    const end = start < 0 ? -1 : text.indexOf('\0', start + 5)
    if (end < 0) break
    entries.push({ command: text.slice(start + 5, end) })
    at = end + 1
  }
  return { entries: entries.filter(isTyped), consumed: at }
}

/** less(1): of its sections, `.shell` holds the commands that were run from it, each after a `"`. */
export function parseLess(text: string): ParsedHistory {
  const { lines, consumed } = wholeLines(text)
  const entries: HistoryEntry[] = []
  let section = ''
  for (const line of lines) {
    if (line.startsWith('.')) section = line
    else if (section === '.shell' && line.startsWith('"')) entries.push({ command: line.slice(1) })
  }
  return { entries: entries.filter(isTyped), consumed }
}
