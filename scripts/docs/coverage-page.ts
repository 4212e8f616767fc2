// docs/reference/coverage.md: which technique of ATT&CK's Linux matrix is met by which rule, sensor, heuristic or web log
// detector, and which by nothing. Rules say it in their tags; the others in the identifiers that their code names.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseAllDocuments } from 'yaml'

import { tactics, type Tactic, type Technique } from './attack-linux.ts'
import { code, generated, page, table } from './markdown.ts'

const root = join(import.meta.dirname, '../..')

interface Rule {
  readonly title: string
  readonly level: string
  readonly tags: readonly string[]
}

type Covering = ReadonlyMap<string, readonly string[]>

/** Where code names techniques, and what its folders are called. */
const families = [
  { head: 'sensor', glob: 'src/sensors/**/*.ts', name: /^src\/sensors\/([^/]+)\// },
  { head: 'engine', glob: 'src/engine/detectors/**/*.ts', name: /^src\/engine\/detectors\/([^/]+)\// },
  {
    head: 'web logs',
    glob: 'src/rules/weblog/**/*.ts',
    name: /^src\/rules\/weblog\/(?:detectors\/)?([^/.]+)/,
  },
] as const

export function coveragePage(): string {
  const rules = ownRules()
  const covering = [
    techniquesOfRules(rules),
    ...families.map(({ glob, name }) => techniquesInCode(glob, name)),
  ] as const
  const isCovered = ({ id }: Technique): boolean => covering.some((one) => one.has(id))
  return page([
    '# Coverage',
    '',
    generated,
    '',
    'Which techniques of MITRE ATT&CK for Linux something here looks for. A name in a cell says that there is something, not that',
    'every way of doing it is found: the rules are in `content/rules`, each with its cases in `content/tests`. What stands under',
    '“Nothing looks for” has no rule, sensor, heuristic or detector of its own.',
    '',
    `Own Sigma rules: ${rules.length}, ${['critical', 'high', 'medium', 'low', 'informational']
      .map((level) => `${rules.filter((rule) => rule.level === level).length} ${level}`)
      .join(', ')}. Informational ones are parts of correlations.`,
    '',
    ...table(
      ['tactic', 'techniques and sub-techniques', 'looked for'],
      tactics.map(({ name, techniques }) => [
        name,
        String(techniques.length),
        String(techniques.filter((one) => isCovered(one)).length),
      ]),
    ),
    '',
    ...tactics.flatMap((tactic) => tacticText(tactic, covering, isCovered)),
  ])
}

function tacticText(
  { name, techniques }: Tactic,
  covering: readonly Covering[],
  isCovered: (technique: Technique) => boolean,
): string[] {
  const missing = techniques.filter((one) => !isCovered(one))
  const rows = techniques
    .filter((one) => isCovered(one))
    .map((one) => [
      `${code(one.id)} ${one.name}`,
      ...covering.map((from) => (from.get(one.id) ?? []).join('; ')),
    ])
  return [
    `## ${name}`,
    '',
    ...table(['technique', 'rules', ...families.map(({ head }) => head)], rows),
    '',
    ...(missing.length === 0
      ? []
      : [`Nothing looks for: ${missing.map(({ id, name: what }) => `${code(id)} ${what}`).join('; ')}.`, '']),
  ]
}

/** Of content/rules, correlations too. */
export function ownRules(): readonly Rule[] {
  return globSync('content/rules/**/*.yml', { cwd: root })
    .toSorted()
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join(root, file), 'utf8')).map((document) => document.toJS() as Rule),
    )
}

function techniquesOfRules(rules: readonly Rule[]): Covering {
  return collected(
    rules
      .filter(({ level }) => level !== 'informational')
      .flatMap(({ title, level, tags }) =>
        tags.flatMap((tag) =>
          /^attack\.t\d/.test(tag)
            ? [[tag.slice('attack.'.length).toUpperCase(), `${title} (${level})`] as const]
            : [],
        ),
      ),
  )
}

function techniquesInCode(glob: string, name: RegExp): Covering {
  const files = globSync(glob, { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  return collected(
    files.toSorted().flatMap((file) => {
      const found = readFileSync(join(root, file), 'utf8').matchAll(/'(T\d{4}(?:\.\d{3})?)'/g)
      return Array.from(found, ([, id = '']) => [id, name.exec(file)?.[1] ?? ''] as const)
    }),
  )
}

function collected(pairs: readonly (readonly [id: string, by: string])[]): Covering {
  const all = new Map<string, string[]>()
  for (const [id, by] of pairs) {
    const known = all.get(id)
    if (known === undefined) all.set(id, [by])
    else if (!known.includes(by)) known.push(by)
  }
  return all
}
