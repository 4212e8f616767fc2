// Entries of haechi autoruns as a table, as CSV, as JSON.

import type { ProgramFacts, StartEntry } from '../../analysis/index.ts'
import { csvLine } from '../mft/formats.ts'
import { signatureText } from '../registry/signature-text.ts'
import { jsonLine } from '../render/json-line.ts'
import { type Cell, writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'

export interface ShownEntry extends StartEntry {
  readonly source?: string
  readonly program?: ProgramFacts
  readonly isMissing?: true
}

interface Page {
  readonly terminal: Terminal
  readonly format: 'text' | 'csv' | 'json'
  /** The first of several machines. */
  readonly isFirst: boolean
}

const csvHead = [
  'category',
  'entry',
  'enabled',
  'user',
  'time',
  'command',
  'image',
  'signature',
  'signer',
  'company',
  'product',
  'version',
  'sha256',
  'size',
  'file_modified',
  'risk',
  'risk_score',
  'missing',
  'technique',
  'key',
  'source',
]

export function writeEntries(found: readonly ShownEntry[], { terminal, format, isFirst }: Page): void {
  if (format === 'csv' && isFirst) terminal.out(csvLine(csvHead))
  if (format === 'text') {
    writeRows(found, terminal)
    return
  }
  for (const entry of found)
    terminal.out(
      format === 'json' ? jsonLine({ type: 'autorun', version: 1, ...entry }) : csvLine(csvCells(entry)),
    )
}

function csvCells(entry: ShownEntry): (string | number | boolean | undefined)[] {
  const { program } = entry
  return [
    entry.category,
    entry.entry,
    entry.isEnabled,
    entry.user,
    entry.time,
    entry.command,
    program?.path ?? entry.image,
    program?.status,
    program?.signer,
    program?.company,
    program?.product,
    program?.version,
    program?.sha256,
    program?.size,
    program?.modified,
    program?.risk?.level,
    program?.risk?.score,
    entry.isMissing === true,
    entry.technique,
    entry.key,
    entry.source,
  ]
}

function writeRows(found: readonly ShownEntry[], terminal: Terminal): void {
  if (found.length === 0) return
  const [source] = found.flatMap((entry) => entry.source ?? [])
  if (source !== undefined) terminal.out(terminal.style('bold', terminal.safe(source)))
  const hasPrograms = found.some(({ program, isMissing }) => program !== undefined || isMissing === true)
  const byCategory = Map.groupBy(found, ({ category }) => category)
  const rows: (Cell | string)[][] = []
  for (const entries of byCategory.values()) {
    for (const entry of entries) {
      const { category, entry: name, command, image, time, user = '', isEnabled, key } = entry
      rows.push([
        category,
        name,
        isEnabled ? '' : { text: 'off', style: 'dim' },
        user,
        time.slice(0, 19),
        image === '' || image.startsWith('/') ? command : image,
        ...(hasPrograms ? [signatureCell(entry), riskCell(entry)] : []),
        key,
      ])
    }
  }
  const facts = hasPrograms ? ['SIGNATURE', 'RISK'] : []
  writeTable(terminal, ['CATEGORY', 'ENTRY', 'STATE', 'USER', 'WRITTEN', 'RUNS', ...facts, 'KEY'], rows)
}

function signatureCell({ program, isMissing }: ShownEntry): Cell | string {
  if (isMissing === true) return { text: 'file not found', style: 'yellow' }
  const text = signatureText(program)
  if (program?.status === 'invalid') return { text, style: 'red' }
  return program?.status === 'unsigned' ? { text, style: 'yellow' } : text
}

function riskCell({ program }: ShownEntry): Cell | string {
  const { level = '' } = program?.risk ?? {}
  if (level === 'high') return { text: level, style: 'red' }
  return level === 'low' || level === 'none' ? '' : level
}
