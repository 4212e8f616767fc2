// `haechi update --list`: what is installed of each source, and how old that is.

import type { UpdateSourceLine } from '../../model/output.ts'
import { currentFolders, type Source, sourceAddress } from '../../updates/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'

export interface ListOptions {
  readonly sources: readonly Source[]
  readonly directory: string
  readonly terminal: Terminal
  readonly json: boolean
}

export function listSources({ sources, directory, terminal, json }: ListOptions): ExitCode {
  const folders = new Map(currentFolders(directory).map((folder) => [folder.source, folder]))
  if (sources.length === 0 && !json)
    terminal.out('no sources are configured; see [update] in docs/reference/config.md')
  for (const source of sources) {
    const line = lineOf(source, folders.get(source.name))
    terminal.out(json ? jsonLine(line) : textOf(line, terminal))
  }
  return exitCodes.clean
}

function lineOf(
  source: Source,
  current: ReturnType<typeof currentFolders>[number] | undefined,
): UpdateSourceLine {
  const checked = current?.checkedAt
  return {
    type: 'update-source',
    version: 1,
    source: source.name,
    kind: source.kind,
    from: sourceAddress(source),
    ...(current === undefined
      ? {}
      : { current: current.version, installed_at: current.installedAt, folder: current.path }),
    ...(checked === undefined
      ? {}
      : { checked_at: checked, age_s: Math.max(0, Math.round((Date.now() - Date.parse(checked)) / 1000)) }),
    files: current?.files.length ?? 0,
  }
}

function textOf(line: UpdateSourceLine, terminal: Terminal): string {
  const what =
    line.current === undefined ? terminal.style('yellow', 'never updated') : terminal.safe(line.current)
  const age = line.age_s === undefined ? '' : `, checked ${ageText(line.age_s)} ago`
  const name = terminal.style('bold', line.source.padEnd(16))
  return `${name} ${line.kind.padEnd(8)} ${what}${age}  ${terminal.style('dim', line.from)}`
}

function ageText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} days`
}
