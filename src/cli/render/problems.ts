// What is wrong in rules and lists, for people (place, sentence, the line with a caret) or as JSON lines.

import type { Problem } from '../../engine/index.ts'
import type { ProblemLine } from '../../model/output.ts'
import { jsonLine } from './json-line.ts'
import type { Terminal } from './terminal.ts'

/** Beyond so many problems the rest is counted: for people, and for programs. */
const mostTold = { text: 20, json: 1000 } as const

export interface ProblemOptions {
  readonly terminal: Terminal
  /** JSON lines on standard output; else text on standard error. */
  readonly json: boolean
  /** Takes the JSON lines where standard output is not written at once. */
  readonly out?: (line: string) => void
}

export function writeProblems(problems: readonly Problem[], { terminal, json, out }: ProblemOptions): void {
  const write = (problem: Problem): void => {
    const line = json ? jsonLine(problemLineOf(problem, 'error')) : problemText(problem, terminal)
    if (!json) terminal.err(line)
    else if (out === undefined) terminal.out(line)
    else out(line)
  }
  const most = mostTold[json ? 'json' : 'text']
  for (const problem of problems.slice(0, most)) write(problem)
  const last = problems.at(-1)
  const untold = (problems.length - most).toLocaleString('en-US')
  if (problems.length <= most || last === undefined) return
  write({
    file: last.file,
    line: 0,
    message: `${untold} more problems; haechi rules lint shows those of rules`,
    code: 'more',
  })
}

function problemText(problem: Problem, terminal: Terminal): string {
  const { message } = problem
  return [
    `haechi: ${terminal.safe(`${placeOf(problem)}: ${message}`)}`,
    ...excerptLines(problem, terminal),
  ].join('\n')
}

/** `file:line:column`, as far as it is known. */
export function placeOf({ file, line, column }: Pick<Problem, 'file' | 'line' | 'column'>): string {
  if (line === 0) return file
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`
}

export function excerptLines({ excerpt = '' }: Pick<Problem, 'excerpt'>, terminal: Terminal): string[] {
  if (excerpt === '') return []
  // A tab would be escaped, and the caret below it is aligned to it.
  return excerpt.split('\n').map((line) => `    ${terminal.safe(line.replaceAll('\t', ' '))}`)
}

export function problemLineOf(problem: Problem, severity: ProblemLine['severity']): ProblemLine {
  const { code, file, line, column, rule, message } = problem
  return {
    type: 'problem',
    version: 1,
    severity,
    ...(code === undefined ? {} : { code }),
    file,
    ...(line === 0 ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(rule === undefined ? {} : { rule }),
    message,
  }
}
