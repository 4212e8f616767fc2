// haechi strings: sources to a scanner, what it finds to lines.

import { AppError, messageOf } from '../../base/app-error.ts'
import {
  type CodePage,
  codePageOf,
  codePages,
  type IndicatorKind,
  indicatorKinds,
  type StringOptions,
  StringScanner,
} from '../../evidence/strings/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { type Chunk, fileChunks, processChunks } from './bytes-of.ts'
import { type LineWriter, lineWriter } from './lines.ts'
import type { StringsOptionValues } from './options.ts'

const progressEveryMs = 200
const mostLeast = 1024
const encodings = ['ascii', 'utf-16le', 'utf-16be'] as const

export async function runStrings(
  operands: readonly string[],
  options: StringsOptionValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const pids = options.pid ?? []
  if (operands.length === 0 && pids.length === 0)
    throw new AppError('usage', 'name a file, or a process by --pid')
  const search = searchOf(options)
  const kinds = kindsOf(options.kind ?? [])
  const isMany = operands.length + pids.length > 1
  const sum = { sources: 0, failedSources: 0, bytes: 0, strings: 0 }
  const sources = [
    ...operands.map((file) => ({ name: file, chunks: () => fileChunks(file) })),
    ...pids.map((pid) => ({
      name: `pid ${pid}`,
      chunks: () =>
        processChunks(pid, (region) => {
          terminal.err(`haechi: pid ${pid}: ${terminal.safe(region)} cannot be read`)
        }),
    })),
  ]
  for (const { name, chunks } of sources) {
    const writer = lineWriter({
      terminal,
      radix: options.radix ?? 'x',
      json: options.json === true,
      codePage: search.codePage,
      kinds,
      onlyIndicators: options.indicators === true,
      isColored: terminal.style('red', '') !== '',
      label: isMany ? name : '',
    })
    try {
      sum.bytes += await scan(chunks(), { name, search, writer, terminal })
      sum.sources += 1
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      terminal.err(`haechi: ${terminal.safe(messageOf(thrown))}`)
      sum.failedSources += 1
    }
    sum.strings += writer.written()
  }
  terminal.status('')
  if (options.json === true) terminal.out(jsonLine({ type: 'strings-summary', version: 1, ...sum }))
  return sum.failedSources > 0 ? exitCodes.error : exitCodes.clean
}

interface Scan {
  readonly name: string
  readonly search: StringOptions
  readonly writer: LineWriter
  readonly terminal: Terminal
}

async function scan(chunks: Iterable<Chunk>, { name, search, writer, terminal }: Scan): Promise<number> {
  const scanner = new StringScanner(search, writer.take)
  let bytes = 0
  let toldMs = performance.now()
  try {
    for (const chunk of chunks) {
      if (chunk.jumpTo !== undefined) scanner.end(chunk.jumpTo)
      scanner.push(chunk.bytes)
      bytes += chunk.bytes.length
      // The reader of our output gets a turn, so that what waits for him does not grow.
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      if (performance.now() - toldMs < progressEveryMs) continue
      toldMs = performance.now()
      terminal.status(`${name}  ${Math.round(bytes / 1e6).toLocaleString('en-US')} MB`)
    }
  } finally {
    scanner.end()
    writer.flush()
  }
  return bytes
}

function searchOf(options: StringsOptionValues): StringOptions & { readonly codePage?: CodePage } {
  const least = options.least ?? 4
  if (least < 1 || least > mostLeast) throw new AppError('usage', `--least is 1 to ${mostLeast}`)
  const chosen = options.encoding ?? ['ascii', 'utf-16le']
  const known = encodings.filter((name) => chosen.includes(name))
  const wrong = chosen.find((name) => !encodings.some((each) => each === name))
  if (wrong !== undefined)
    throw new AppError('usage', `--encoding is one of ${encodings.join(', ')}, not ${wrong}`)
  const name = options['code-page']
  if (name === undefined) return { least, encodings: known }
  const codePage = codePageOf(name.toLowerCase())
  if (codePage === undefined)
    throw new AppError('usage', `--code-page is one of ${codePages.join(', ')}, not ${name}`)
  return { least, encodings: known, codePage }
}

function kindsOf(given: readonly string[]): IndicatorKind[] {
  const wrong = given.find((name) => !indicatorKinds.some((kind) => kind === name))
  if (wrong !== undefined)
    throw new AppError('usage', `--kind is one of ${indicatorKinds.join(', ')}, not ${wrong}`)
  return indicatorKinds.filter((kind) => given.includes(kind))
}
