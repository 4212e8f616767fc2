// `haechi incidents export`: an incident as a file to keep or to send on. It holds what was seen on the host, so only its owner
// may read it.

import { closeSync, constants, openSync, writeFileSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import { jsonLine } from '../render/json-line.ts'
import { createTerminal } from '../render/terminal.ts'
import { htmlPage } from './html/page.ts'
import type { incidentFormats } from './options.ts'
import type { IncidentReport } from './report.ts'
import { pageOf } from './text/lines.ts'
import { showText } from './text/show-text.ts'

export type IncidentFormat = (typeof incidentFormats)[number]

export interface ExportOptions {
  readonly format: IncidentFormat
  /** Of the text: every step, and what is linked with what. */
  readonly verbose: boolean
}

const textColumns = 100
const endings = { html: 'html', json: 'json', text: 'txt' } as const

export function exported(report: IncidentReport, { format, verbose }: ExportOptions): string {
  switch (format) {
    case 'html':
      return htmlPage(report)
    case 'json':
      return `${incidentLine(report)}\n`
    case 'text': {
      const lines = showText(report, pageOf(plainTerminal(), textColumns), { verbose })
      return `${lines.join('\n')}\n`
    }
  }
}

/** The incident as one JSON line. */
export function incidentLine({ incident }: IncidentReport): string {
  return jsonLine({ type: 'incident', ...incident })
}

/**
 * Writes it for the user alone; gives the path. A name of ours is never written through a symbolic link, because the folder
 * may be one where others can make some. Throws AppError.
 */
export function writeReport(
  text: string,
  {
    id,
    format,
    output,
  }: { readonly id: number; readonly format: IncidentFormat; readonly output: string | undefined },
): string {
  const path = output ?? `incident-${id}.${endings[format]}`
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants
  const flags = O_WRONLY | O_CREAT | O_TRUNC | (output === undefined ? O_NOFOLLOW : 0)
  try {
    const file = openSync(path, flags, 0o600)
    try {
      writeFileSync(file, text)
    } finally {
      closeSync(file)
    }
  } catch (thrown) {
    throw new AppError('permission', `${path} cannot be written: ${messageOf(thrown)}`, {
      hint: 'name another file with --output, or - for standard output',
      cause: thrown,
    })
  }
  return path
}

/** Escapes, and never colours. */
function plainTerminal(): ReturnType<typeof createTerminal> {
  const nowhere = { write: () => true, on: () => undefined }
  return createTerminal({ stdout: nowhere, stderr: nowhere, color: false, quit: () => undefined })
}
