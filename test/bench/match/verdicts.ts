// Whether all contestants find the same: their verdicts on files that carry many signatures' strings, and on everything
// else that was measured.

import { readFileSync } from 'node:fs'

import type { Contestant } from './contestant.ts'
import { type Workload, writeWorkload } from './files.ts'
import type { Bench } from './plan.ts'
import type { RuleSet } from './rules/rule-set.ts'
import { samplePe } from './sample-pe.ts'

/** Rule files looked at: each carries the text strings of its own rules. */
const samples = 60
/** Files that a slow contestant gets. */
const slowFiles = 8
const shown = 5

/** Files on which many rules match: the rules' own texts, bare and inside an executable. */
export function speakingFiles(bench: Bench, rules: RuleSet): Workload {
  const step = Math.max(1, Math.floor(rules.files.length / samples))
  const texts = rules.files
    .filter((_, index) => index % step === 0)
    .map(({ path }) => readFileSync(path).toString('latin1').replaceAll('\\\\', '\\'))
  const contents = texts.flatMap((text) => {
    const bytes = Buffer.from(text, 'latin1')
    // Every second byte zero: what `wide` strings look for.
    const wide = Buffer.from(text, 'utf16le')
    return [bytes, samplePe(Buffer.concat([bytes, Buffer.alloc(2), wide]))]
  })
  return writeWorkload(bench, { id: 'speaking', title: 'files that carry strings of the rules' }, contents)
}

/** A sentence for the remarks. */
export async function compareVerdicts(
  contestants: readonly Contestant[],
  load: Workload,
  nameOf: (name: string) => string = (name) => name,
): Promise<string> {
  const files = load.files
  const [own, ...others] = contestants
  if (own === undefined) return ''
  const expected = await verdicts(own, files, nameOf)
  const matches = expected.reduce((sum, names) => sum + names.size, 0)
  const distinct = new Set(expected.flatMap((names) => [...names])).size
  const hit = expected.filter((names) => names.size > 0).length
  const lines = [
    `Verdicts on ${files.length} ${load.title}: ${matches} matches of ${distinct} signatures in ${hit} files.`,
  ]
  for (const other of others) lines.push(await difference(other, { files, expected, nameOf }))
  return lines.join('\n')
}

interface Expectation {
  readonly files: readonly string[]
  readonly expected: readonly ReadonlySet<string>[]
  readonly nameOf: (name: string) => string
}

async function difference(other: Contestant, { files, expected, nameOf }: Expectation): Promise<string> {
  const looked = other.isSlow === true ? files.slice(0, slowFiles) : files
  const found = await verdicts(other, looked, nameOf)
  const differences = found.flatMap((theirs, index) => {
    const names = expected[index] ?? new Set<string>()
    const only = [...names].filter((name) => !theirs.has(name)).map((name) => `only haechi: ${name}`)
    const missing = [...theirs].filter((name) => !names.has(name)).map((name) => `only ${other.id}: ${name}`)
    return [...only, ...missing]
  })
  if (differences.length === 0)
    return `- ${other.id}: the same${looked.length < files.length ? ` (${looked.length} files)` : ''}`
  const distinct = [...new Set(differences)]
  const more = distinct.length > shown ? `, and ${distinct.length - shown} more` : ''
  return `- ${other.id}: ${differences.length} DIFFERENT (${distinct.slice(0, shown).join(', ')}${more})`
}

async function verdicts(
  contestant: Contestant,
  files: readonly string[],
  nameOf: (name: string) => string,
): Promise<Set<string>[]> {
  const { found } = await contestant.scan(files, 1)
  return found.map((names) => new Set(names.map((name) => nameOf(name))))
}
