// One encoded part: the lines `=ybegin`, `=ypart` and `=yend` and the range of the data between them.

import { lineAt } from '../../parsers/mime/index.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { indexOfBytes } from '../../source/search.ts'

const endMark = Buffer.from('\n=yend ')
const longestLine = 2048

export interface Part {
  readonly name: string
  readonly fileSize: number
  /** Undefined: the file has one part. */
  readonly number: number | undefined
  readonly total: number | undefined
  /** How many bytes of the file it says to have. */
  readonly range: number | undefined
  readonly dataStart: number
  readonly dataEnd: number
  readonly end: number
  readonly isCut: boolean
  readonly crc: number | undefined
  readonly length: number | undefined
}

/** The part whose `=ybegin` stands at `at`. */
export function partAt(source: ByteSource, at: number, size: number, budget: Budget): Part | undefined {
  const begin = lineAt(source, at, Math.min(size, at + longestLine), 'lf')
  const head = /^=ybegin (.*?)name=(.*)$/s.exec(begin?.text ?? '')
  if (begin === undefined || head === null) return undefined
  const [, keys = '', name = ''] = head
  const number = numberOf(keys, 'part')
  let dataStart = begin.next
  let range: number | undefined
  if (number !== undefined) {
    const line = lineAt(source, dataStart, Math.min(size, dataStart + longestLine), 'lf')
    if (line?.text.startsWith('=ypart ') === true) {
      dataStart = line.next
      range = (numberOf(line.text, 'end') ?? 0) - (numberOf(line.text, 'begin') ?? 1) + 1
    }
  }
  const found = indexOfBytes(source, endMark, { from: dataStart - 1, to: size }, budget)
  const last = found < 0 ? undefined : lineAt(source, found + 1, Math.min(size, found + longestLine), 'lf')
  return {
    name: name.trim(),
    fileSize: numberOf(keys, 'size') ?? 0,
    number,
    total: numberOf(keys, 'total'),
    range,
    dataStart,
    dataEnd: found < 0 ? size : found,
    end: last?.next ?? size,
    isCut: last === undefined,
    ...trailerOf(last?.text ?? '', number !== undefined),
  }
}

function trailerOf(line: string, isPart: boolean): Pick<Part, 'crc' | 'length'> {
  const crc = new RegExp(` ${isPart ? 'pcrc32' : 'crc32'}=([0-9a-f]{1,8})\\b`, 'i').exec(line)?.[1]
  return { crc: crc === undefined ? undefined : Number.parseInt(crc, 16), length: numberOf(line, 'size') }
}

function numberOf(text: string, key: string): number | undefined {
  const digits = new RegExp(`(?:^| )${key}=(\\d{1,15})`).exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The parts of each file by its name, in their order; a part that is there twice once. */
export function partsOfFiles(parts: readonly Part[]): Map<string, Part[]> {
  const files = new Map<string, Part[]>()
  for (const part of parts) {
    // Files in one part that have the same name are files of their own.
    const isAlone = part.number === undefined && files.has(part.name)
    const key = isAlone ? `${part.name} (at ${part.dataStart})` : part.name
    const pieces = files.get(key) ?? []
    if (!pieces.some(({ number }) => number !== undefined && number === part.number)) pieces.push(part)
    files.set(key, pieces)
  }
  for (const pieces of files.values()) pieces.sort((one, other) => (one.number ?? 0) - (other.number ?? 0))
  return files
}
