// haechi prefetch: files to rows, lists or lines.

import { type Prefetch, readPrefetch } from '../../evidence/prefetch/index.ts'
import { artefactFiles, readArtefacts } from '../evidence/artefacts.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'

interface Options {
  readonly json?: boolean
  readonly files?: boolean
}

interface Read {
  readonly file: string
  readonly value: Prefetch
}

export function runPrefetch(operands: readonly string[], options: Options, terminal: Terminal): ExitCode {
  const { artefacts, sum } = readArtefacts(artefactFiles(operands, /\.pf$/i), terminal, readPrefetch)
  if (options.json === true) {
    for (const { file, value } of artefacts)
      terminal.out(jsonLine({ type: 'prefetch', version: 1, file, ...fields(value) }))
    terminal.out(
      jsonLine({
        type: 'prefetch-summary',
        version: 1,
        files: sum.read,
        failedFiles: sum.failed,
        notes: sum.notes,
      }),
    )
  } else if (options.files === true) {
    for (const artefact of artefacts) tellWhole(artefact, terminal)
  } else if (artefacts.length > 0) {
    tellTable(artefacts, terminal)
  }
  if (sum.failed > 0) return exitCodes.error
  return sum.notes > 0 ? exitCodes.partial : exitCodes.clean
}

/** `version` is the line's own. */
function fields({ version, ...rest }: Prefetch): object {
  return { formatVersion: version, ...rest }
}

function tellTable(artefacts: readonly Read[], terminal: Terminal): void {
  const latestFirst = artefacts.toSorted((a, b) =>
    (a.value.lastRunTimes[0] ?? '') < (b.value.lastRunTimes[0] ?? '') ? 1 : -1,
  )
  writeTable(
    terminal,
    ['LAST RUN', 'RUNS', 'PROGRAM', 'HASH', 'VERSION', 'PATH'],
    latestFirst.map(({ value }) => [
      secondsOf(value.lastRunTimes[0]),
      String(value.runCount),
      value.executable,
      value.hash,
      String(value.version),
      value.path ?? '',
    ]),
  )
}

function secondsOf(time: string | undefined): string {
  return time === undefined ? '-' : time.slice(0, 19).replace('T', ' ')
}

function tellWhole({ file, value }: Read, terminal: Terminal): void {
  const line = (label: string, text: string): void => {
    terminal.out(`  ${terminal.style('cyan', label.padEnd(12))} ${terminal.safe(text)}`)
  }
  terminal.out(terminal.style('bold', `${value.executable} ${value.hash}`))
  line('file', file)
  line('version', `${value.version}${value.compressed ? ', compressed' : ''}`)
  if (value.path !== undefined) line('path', value.path)
  line('runs', String(value.runCount))
  for (const time of value.lastRunTimes) line('ran at', time)
  for (const { devicePath, serialNumber, created = '-', directories } of value.volumes) {
    line('volume', `${devicePath}, serial number ${serialNumber}, created ${created}`)
    for (const directory of directories) line('  directory', directory)
  }
  for (const { path, mftEntry, mftSequence } of value.files) {
    line('  loaded', mftEntry === undefined ? path : `${path} (${mftEntry}-${mftSequence})`)
  }
  terminal.out('')
}
