// docs/reference/formats.md: what can be opened, each line with the samples that prove it (test/golden/samples) and what
// can be cured. A line without a proof ends the generation: what is not shown is not claimed.

import { goldenIds, goldenSamples } from '../../test/support/golden.ts'
import { editors } from '../../src/engine/cure/index.ts'
import { type CatalogLine, catalog } from '../../src/engine/formats/catalog.ts'
import { formats } from '../../src/engine/formats/index.ts'
import { code, generated, page, table } from './markdown.ts'

/** Titles of the samples of each line of the catalogue. */
function proofs(): Map<string, string[]> {
  const byLine = new Map<string, string[]>()
  for (const id of goldenIds()) {
    for (const { title, covers } of goldenSamples(id)) {
      for (const line of covers) byLine.set(line, [...(byLine.get(line) ?? []), `${id}: ${title}`])
    }
  }
  return byLine
}

/** Throws when a sample proves a line that does not exist, or a line that says yes has none. */
export function formatsPage(): string {
  const byLine = proofs()
  const known = new Set(catalog.flatMap(({ lines }) => lines.map(({ id }) => id)))
  const strange = [...byLine.keys()].filter((id) => !known.has(id))
  if (strange.length > 0)
    throw new Error(`golden samples cover lines that are not in the catalogue: ${strange.join(', ')}`)
  const lines = [
    '# Formats',
    '',
    generated,
    '',
    'What Haechi opens, whatever a file is called: formats are recognised by content, nested to any depth within the limits. Each ' +
      'line that says yes is proven by the named tests (`node --test test/golden/samples.test.ts`); what exactly is read and ' +
      'what is not stands in `src/engine/formats/FORMAT/format.md`. Whatever could not be read makes the verdict `partial`, with ' +
      'the member’s name and the reason.',
    '',
  ]
  for (const { title, lines: group } of catalog) {
    const rows = group.map((line) => row(line, byLine.get(line.id) ?? []))
    lines.push(`## ${title}`, '', ...table(['format', 'opened', 'by', 'proven by'], rows), '')
  }
  const cured = editors.map(({ format }) => code(format.id)).join(', ')
  lines.push(
    '## Cure',
    '',
    `\`--on-found cure\` rebuilds: ${cured}. Everything else that is malicious goes into the quarantine as a whole.`,
    '',
    '## All readers',
    '',
    `In the order in which they are asked: ${formats.map(({ id }) => code(id)).join(', ')}.`,
  )
  return page(lines)
}

function row({ id, title, by, not }: CatalogLine, tests: readonly string[]): string[] {
  if (not === undefined && tests.length === 0)
    throw new Error(`no golden sample proves the line ${id} of the catalogue`)
  const shown = tests.slice(0, 3).join('; ') + (tests.length > 3 ? ` and ${tests.length - 3} more` : '')
  return [title, not === undefined ? 'yes' : `no: ${not}`, code(by), shown]
}
