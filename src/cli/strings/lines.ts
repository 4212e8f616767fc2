// Found strings as lines. Without highlighting, the bytes of a string go into the output's buffer as they are: making text of each would
// take longer than finding it.

import {
  type CodePage,
  type Indicator,
  type IndicatorKind,
  indicatorsOf,
  stringDecoder,
  type TakeString,
} from '../../evidence/strings/index.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Style, Terminal } from '../render/terminal.ts'

const bufferBytes = 256 * 1024
/** The longest offset with what stands around it, and the end of the line. */
const headBytes = 32
const longestString = 64 * 1024
const newline = 10
const digits = Buffer.from('0123456789abcdef')

export type Radix = 'x' | 'd' | 'o' | 'none'
const radixes = { x: 16, d: 10, o: 8, none: 0 } as const

export interface LineOptions {
  readonly terminal: Terminal
  readonly radix: Radix
  readonly json: boolean
  readonly codePage: CodePage | undefined
  /** Only strings with one of these; empty: all strings. */
  readonly kinds: readonly IndicatorKind[]
  readonly onlyIndicators: boolean
  readonly isColored: boolean
  /** In front of each line where several files are read. */
  readonly label: string
}

export interface LineWriter {
  readonly take: TakeString
  /** Strings that were written. */
  readonly written: () => number
  flush(): void
}

export function lineWriter(options: LineOptions): LineWriter {
  const needsText =
    options.json ||
    options.onlyIndicators ||
    options.kinds.length > 0 ||
    options.isColored ||
    options.codePage !== undefined ||
    options.label !== ''
  return needsText ? textWriter(options) : plainWriter(options)
}

/** Printable ASCII of one or two bytes a character: nothing to decode, nothing to escape but the tab. */
function plainWriter({ terminal, radix }: LineOptions): LineWriter {
  const buffer = Buffer.alloc(bufferBytes)
  const base = radixes[radix]
  let filled = 0
  let written = 0
  const flush = (): void => {
    // Without the last end of a line, which the terminal adds.
    if (filled > 0) terminal.out(buffer.latin1Slice(0, filled - 1))
    filled = 0
  }
  return {
    written: () => written,
    flush,
    take(bytes, { start, end, offset }, encoding) {
      if (filled + headBytes + (end - start) > bufferBytes) flush()
      if (base > 0) filled = writeOffset(buffer, filled, { offset, base })
      if (encoding === 'ascii') {
        if (end - start < 64) for (let at = start; at < end; at++) buffer[filled++] = bytes[at] ?? 0
        else {
          buffer.set(bytes.subarray(start, end), filled)
          filled += end - start
        }
      } else {
        const first = encoding === 'utf-16be' ? start + 1 : start
        for (let at = first; at < end; at += 2) buffer[filled++] = bytes[at] ?? 0
      }
      buffer[filled++] = newline
      written += 1
    },
  }
}

declare global {
  interface Buffer {
    latin1Slice(start: number, end: number): string
  }
}

const offsetWidth = 10

/** Right-aligned, two blanks behind it. */
function writeOffset(
  buffer: Buffer,
  from: number,
  { offset, base }: { readonly offset: number; readonly base: number },
): number {
  let width = 1
  for (let rest = Math.floor(offset / base); rest > 0; rest = Math.floor(rest / base)) width += 1
  const end = from + Math.max(width, offsetWidth)
  let at = end
  let rest = offset
  do {
    const next = Math.floor(rest / base)
    buffer[--at] = digits[rest - next * base] ?? 0
    rest = next
  } while (rest > 0)
  buffer.fill(0x20, from, at)
  buffer.fill(0x20, end, end + 2)
  return end + 2
}

function textWriter(options: LineOptions): LineWriter {
  const { terminal, kinds, json, label } = options
  const decode = stringDecoder(options.codePage)
  const base = radixes[options.radix]
  let written = 0
  let waiting: string[] = []
  let waitingBytes = 0
  const flush = (): void => {
    if (waiting.length > 0) terminal.out(waiting.join('\n'))
    waiting = []
    waitingBytes = 0
  }
  return {
    written: () => written,
    flush,
    take(bytes, { start, end, offset }, encoding) {
      const text = decode(bytes.subarray(start, Math.min(end, start + longestString)), encoding)
      const indicators = indicatorsOf(text)
      const needed =
        kinds.length > 0 ? indicators.some(({ kind }) => kinds.includes(kind)) : indicators.length > 0
      if ((options.onlyIndicators || kinds.length > 0) && !needed) return
      written += 1
      const line = json
        ? jsonLine({
            type: 'string',
            version: 1,
            ...(label === '' ? {} : { source: label }),
            offset,
            encoding: encoding === 'code-page' ? (options.codePage?.label ?? encoding) : encoding,
            text,
            ...(indicators.length === 0
              ? {}
              : { indicators: indicators.map((each) => indicatorJson(text, each)) }),
          })
        : textLine(text, { offset, base, indicators, options })
      waiting.push(line)
      waitingBytes += line.length
      if (waitingBytes > bufferBytes) flush()
    },
  }
}

function indicatorJson(text: string, { kind, start, end, decoded }: Indicator): object {
  return { kind, text: text.slice(start, end), ...(decoded === undefined ? {} : { decoded }) }
}

const styles: Readonly<Record<IndicatorKind, Style>> = {
  url: 'red',
  email: 'red',
  ipv4: 'red',
  ipv6: 'red',
  'windows-path': 'cyan',
  'unc-path': 'cyan',
  'unix-path': 'cyan',
  'registry-key': 'yellow',
  base64: 'green',
  hex: 'green',
}

interface LineParts {
  readonly offset: number
  readonly base: number
  readonly indicators: readonly Indicator[]
  readonly options: LineOptions
}

function textLine(text: string, { offset, base, indicators, options }: LineParts): string {
  const { terminal, label } = options
  let shown = ''
  let at = 0
  for (const { kind, start, end } of indicators) {
    shown += terminal.safe(text.slice(at, start)) + terminal.style(styles[kind], text.slice(start, end))
    at = end
  }
  shown += terminal.safe(text.slice(at))
  const place = base === 0 ? '' : `${offset.toString(base).padStart(offsetWidth)}  `
  const file = label === '' ? '' : `${terminal.safe(label)}: `
  if (!options.onlyIndicators) return file + place + shown
  const kinds = [...new Set(indicators.map(({ kind }) => kind))].join(',')
  const decoded = indicators.flatMap((each) => (each.decoded === undefined ? [] : [each.decoded]))
  const tail = decoded.length === 0 ? '' : terminal.safe(`  [${decoded.join(' | ')}]`)
  return `${file}${place}${terminal.style('bold', kinds)}  ${shown}${tail}`
}
