// Labelled lines and headings of the report for people.

import type { Terminal } from '../render/terminal.ts'

export interface TellOptions {
  /** Lists in full. */
  readonly isVerbose: boolean
}

const labelWidth = 14

/** `Label         value`, for values that are there. */
export function tell(terminal: Terminal, label: string, value: string | number | undefined): void {
  if (value === undefined || value === '') return
  terminal.out(`  ${terminal.style('cyan', label.padEnd(labelWidth))}${terminal.safe(String(value))}`)
}

export function heading(terminal: Terminal, text: string): void {
  terminal.out('')
  terminal.out(terminal.style('bold', text))
}
