// The table of all outputs, and what stands between them and the store: one place that says what leaves the host.

import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

import { openJsonl } from './jsonl/index.ts'
import { openOcsf } from './ocsf/index.ts'
import type { Origin, Output, OutputSettings, OutputStatus } from './output.ts'
import { openSyslog } from './syslog/index.ts'

export type { OutputSettings } from './output.ts'

/** What the store hands over; JSON without the sequence. */
interface StoredRow {
  readonly json: string
  readonly severity: number
}

export interface Outputs {
  /** `first` is the sequence of the first row, the others follow. */
  write(rows: readonly StoredRow[], first: number): void
  status(): readonly OutputStatus[]
  close(): Promise<void>
}

/** Throws AppError when an address cannot be read. What cannot be written is told and counted, and never waited for. */
export function openOutputs(settings: OutputSettings, notice: (message: string) => void): Outputs {
  const origin = originOfHost()
  const opened: Output[] = [
    ...(settings.jsonl === '' ? [] : [openJsonl(settings.jsonl, origin, notice)]),
    ...(settings.ocsf === '' ? [] : [openOcsf(settings.ocsf, origin, notice)]),
    ...(settings.syslog === ''
      ? []
      : [openSyslog({ url: settings.syslog, format: settings.syslogFormat }, origin, notice)]),
  ]
  return {
    write(rows, first) {
      if (opened.length === 0) return
      const leaving = rows.flatMap(({ json, severity }, index) =>
        severity < settings.leastSeverity ? [] : [{ json, sequence: first + index }],
      )
      if (leaving.length === 0) return
      for (const output of opened) output.write(leaving)
    },
    status: () => opened.map((output) => output.status()),
    async close() {
      await Promise.all(opened.map((output) => output.close()))
    },
  }
}

function originOfHost(): Origin {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return {
    hostId: firstLine('/etc/machine-id'),
    hostName: hostname(),
    bootId: firstLine('/proc/sys/kernel/random/boot_id'),
    version: manifest.version,
  }
}

function firstLine(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim()
  } catch {
    return ''
  }
}
