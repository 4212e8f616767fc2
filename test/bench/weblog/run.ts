// `node test/bench/weblog/run.ts [--lines N]`: web logs: lines a second read, with detection at 0 and 3 % attacks, the worst
// line of 8 kB, and the memory of a million addresses; beside the aims.

import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'

import { createLogReader } from '../../../src/rules/weblog/read/log-reader.ts'
import { createWeblog } from '../../../src/rules/weblog/index.ts'
import { readMachine } from '../machine.ts'
import { sampleLog } from './sample-log.ts'

const { values: options } = parseArgs({ options: { lines: { type: 'string', default: '400000' } } })
const lines = Number(options.lines)
const block = 4 * 1024 * 1024

function line(name: string, measured: string, aim: string): void {
  process.stdout.write(`${name.padEnd(58)}${measured.padStart(18)}${aim.padStart(18)}\n`)
}

/** Processor seconds. */
function measure(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Blocks as a file gives them, cut at the ends of lines. */
function blocksOf(bytes: Buffer): Buffer[] {
  const blocks: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + block >= bytes.length ? bytes.length : bytes.lastIndexOf(10, at + block) + 1
    blocks.push(bytes.subarray(at, end))
    at = end
  }
  return blocks
}

function eachLine(blocks: readonly Buffer[], take: (text: string) => void): void {
  for (const bytes of blocks) {
    const text = bytes.toString('latin1')
    let at = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', at)) {
      take(text.slice(at, end))
      at = end + 1
    }
  }
}

function perSecond(count: number, seconds: number): string {
  return `${Math.round(count / seconds).toLocaleString('en')}/s`
}

function tellReading(): void {
  const blocks = blocksOf(Buffer.from(sampleLog(lines, 0.03), 'latin1'))
  const reader = createLogReader()
  let read = 0
  const seconds = measure(() => {
    eachLine(blocks, (text) => {
      if (reader.read(text) !== undefined) read += 1
    })
  })
  line('lines read', perSecond(read, seconds), '1,000,000/s')
}

function tellDetection(attackShare: number, aim: string): void {
  const blocks = blocksOf(Buffer.from(sampleLog(lines, attackShare), 'latin1'))
  const weblog = createWeblog()
  const seconds = measure(() => {
    eachLine(blocks, (text) => {
      weblog.line(text)
    })
  })
  line(`lines judged, ${attackShare * 100} % attacks`, perSecond(lines, seconds), aim)
  line('  of them found to be attacks', weblog.counts.attacks.toLocaleString('en'), '')
}

/** Texts that make work for one part or another, to fill a target of 8 kB. */
const units = [
  'a',
  '%',
  '%25',
  '%2525',
  '&',
  'a=b&',
  '<',
  '<a ',
  '<script>',
  "'",
  '"',
  "' or '",
  '/*',
  '--',
  '(',
  '((',
  '{{',
  '${',
  '${${',
  '../',
  '..%2f',
  '%c0%ae',
  '&#x3c;',
  '\\u003c',
  '\\x3c',
  ';',
  '|',
  '`',
  '$(',
  'select ',
  'union ',
  '1,',
  '[',
  '{"a":',
  'AAAA',
  'Li4v',
  '%00',
  '%uff1c',
  '0x',
  '1e',
  '@@',
  '<!--',
  'javascript:',
  'on=',
  'http://',
  '=',
  '.php.',
  '/',
  '\\',
  '\\\\',
  'a\t',
  ' ',
  '!',
  '%e0%80%af',
  '()',
  "''",
  '\u00e9',
]

function tellWorstLine(): void {
  const weblog = createWeblog()
  const judge = (unit: string, length: number): number => {
    const target = `/a?q=${unit.repeat(Math.ceil(length / unit.length)).slice(0, length - 6)}`
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < 7; round += 1) {
      // The last sign differs, so that no cache answers.
      const text = `192.0.2.1 - - [22/Nov/2026:10:00:00 +0000] "GET ${target}${round} HTTP/1.1" 200 1 "-" "-"`
      const started = performance.now()
      weblog.line(text)
      best = Math.min(best, performance.now() - started)
    }
    return best
  }
  for (const unit of units) judge(unit, 4000)
  const worst = units
    .map((unit) => ({ unit, ms: judge(unit, 8000), shortMs: judge(unit, 2000) }))
    .toSorted((a, b) => b.ms - a.ms)
  for (const { unit, ms, shortMs } of worst.slice(0, 4)) {
    line(
      `line of 8 kB of ${JSON.stringify(unit)} (× ${(ms / shortMs).toFixed(1)} of 2 kB)`,
      `${ms.toFixed(2)} ms`,
      '2 ms, × 5',
    )
  }
}

function tellMemory(): void {
  const before = process.memoryUsage.rss()
  const weblog = createWeblog()
  for (let index = 0; index < 1_000_000; index += 1) {
    weblog.line(
      `10.${index >> 16}.${(index >> 8) & 255}.${index & 255} - - [22/Nov/2026:10:00:00 +0000] "GET /a${index & 7} HTTP/1.1" 404 1 "-" "-"`,
    )
  }
  // The peak: the table is copied when it grows.
  const grown = Math.round(process.resourceUsage().maxRSS / 1024 - before / 1024 / 1024)
  line(`memory of ${weblog.addresses.toLocaleString('en')} addresses`, `${grown} MiB`, '250 MB')
}

process.stdout.write(
  `${readMachine('').cpu}, load ${loadavg()[0]?.toFixed(1) ?? ''}; processor seconds of one core\n`,
)
line('', 'measured', 'aim')
// First, while the process is small.
tellMemory()
tellReading()
tellDetection(0, '')
tellDetection(0.03, '250,000/s')
tellWorstLine()
