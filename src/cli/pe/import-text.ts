// Imports and exports for people: by library, short unless asked for in full.

import type { PeFunction, PeReport } from '../../evidence/pe/index.ts'
import { wrap } from '../render/wrap.ts'
import type { Terminal } from '../render/terminal.ts'
import { heading, type TellOptions } from './lines.ts'

const width = 94
const shortList = 10
const indent = '      '

export function tellImports(report: PeReport, options: TellOptions, terminal: Terminal): void {
  const { imports, boundImports, exports } = report
  const total = imports.reduce((sum, { functions }) => sum + functions.length, 0)
  if (imports.length > 0) heading(terminal, `Imports: ${total} functions of ${imports.length} libraries`)
  for (const { library, kind, functions } of imports) {
    const mark = kind === 'delayed' ? ' (delayed)' : ''
    terminal.out(`  ${terminal.style('cyan', library)}${mark}: ${functions.length}`)
    tellNames(functions.map(functionText), options, terminal)
  }
  if (boundImports.length > 0) heading(terminal, `Bound imports: ${boundImports.length}`)
  for (const { library, time } of boundImports)
    terminal.out(`  ${terminal.style('cyan', library)} of ${time}`)
  if (exports === undefined) return
  heading(terminal, `Exports: ${exports.functions.length} as ${exports.library ?? '(no name)'}`)
  const names = exports.functions.map(
    ({ name, ordinal, forwarder }) =>
      `${name ?? `#${ordinal}`}${forwarder === undefined ? '' : ` → ${forwarder}`}`,
  )
  tellNames(names, options, terminal)
}

function functionText({ name, ordinal }: PeFunction): string {
  if (ordinal === undefined) return name ?? '?'
  return name === undefined ? `#${ordinal}` : `${name} (#${ordinal})`
}

function tellNames(names: readonly string[], { isVerbose }: TellOptions, terminal: Terminal): void {
  const shown = isVerbose ? names : names.slice(0, shortList)
  const rest = names.length - shown.length
  const text = shown.map((name) => terminal.safe(name)).join(', ') + (rest > 0 ? `, and ${rest} more` : '')
  for (const line of wrap(text, width - indent.length)) terminal.out(indent + line)
}
