// An explanation of a rule as lines for people.

import type { RuleExplanation, TestExplanation } from '../../rules/sigma/index.ts'
import type { Terminal } from '../render/terminal.ts'

export function explanationLines(explanation: RuleExplanation, terminal: Terminal): string[] {
  const { title, holds, reason, views } = explanation
  return [
    `${mark(holds, terminal)} ${terminal.style('bold', title)}${reason === undefined ? '' : terminal.safe(`: ${reason}`)}`,
    ...views.flatMap((view) => [
      `  ${mark(view.holds, terminal)} as ${terminal.safe(view.view)}`,
      ...view.selections.flatMap(({ name, holds: isMet, test }) => [
        `    ${mark(isMet, terminal)} ${terminal.safe(name)}`,
        ...testLines(test, { terminal, indent: '      ' }),
      ]),
    ]),
  ]
}

interface Layout {
  readonly terminal: Terminal
  readonly indent: string
}

function testLines(test: TestExplanation, { terminal, indent }: Layout): string[] {
  const head = `${indent}${mark(test.holds, terminal)} ${terminal.safe(test.key)}`
  if (test.of !== undefined) {
    const inner = { terminal, indent: `${indent}  ` }
    return [head, ...test.of.flatMap((one) => testLines(one, inner))]
  }
  const wanted = terminal.safe((test.wanted ?? []).join(' | '))
  const seen = (test.seen ?? []).length === 0 ? 'nothing' : terminal.safe((test.seen ?? []).join(' | '))
  return [`${head}: ${wanted}`, `${indent}  ${terminal.style('dim', `seen: ${seen}`)}`]
}

function mark(holds: boolean, terminal: Terminal): string {
  return holds ? terminal.style('green', 'yes') : terminal.style('red', 'no ')
}
