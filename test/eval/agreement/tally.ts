// The figures of a comparison, and the table of known differences made from them.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import { type Category, type Difference, reasons } from './known-differences.ts'

export class Tally {
  ourMs = 0
  theirMs = 0
  #scans = 0
  #same = 0
  #sameVerdicts = 0
  #rules = 0
  /** Differences (one for each rule and scan) and rules in which a category was seen. */
  readonly #counts = new Map<Category, { scans: number; rules: Set<string>; verdicts: number }>()
  readonly #unexplained: string[] = []
  readonly #problems: string[] = []

  countRules(count: number): void {
    this.#rules += count
  }

  refused(file: string, said: { readonly theirs: string; readonly ours: readonly string[] }): void {
    const us = said.ours.length === 0 ? 'we take all of it' : `we refuse ${said.ours.join('; ')}`
    this.#problems.push(`${file}: YARA-X refuses it, ${us}: ${said.theirs.slice(0, 300)}`)
  }

  problem(line: string): void {
    this.#problems.push(line)
  }

  /** `kept`: where the file is, or nothing. */
  scan(file: string, differences: readonly Difference[], kept: string): void {
    this.#scans++
    if (differences.length === 0) this.#same++
    if (!differences.some(({ isVerdict }) => isVerdict)) this.#sameVerdicts++
    for (const { category, rule, lines, isVerdict } of differences) {
      const count = this.#counts.get(category) ?? { scans: 0, rules: new Set<string>(), verdicts: 0 }
      this.#counts.set(category, count)
      count.scans++
      count.rules.add(`${file} ${rule}`)
      if (isVerdict) count.verdicts++
      if (category === 'unexplained') this.#unexplained.push(`${file}: ${lines.slice(0, 4).join(' ')}${kept}`)
    }
  }

  figures(): string {
    return `${this.#rules} rules, ${this.#scans} scans: ${percent(this.#same, this.#scans)} the same in everything, ${percent(this.#sameVerdicts, this.#scans)} in the rules that match`
  }

  report(shown: number): string[] {
    return [
      this.figures(),
      `ours ${this.ourMs.toFixed(0)} ms, YARA-X ${this.theirMs.toFixed(0)} ms (these samples)`,
      ...this.rows().map(
        ({ category, scans, rules, verdicts }) =>
          `  ${category}: ${scans} scans, ${rules} rules, ${verdicts} scans with another verdict`,
      ),
      ...this.#unexplained.slice(0, shown).map((line) => `  unexplained: ${line}`),
      ...this.#problems.slice(0, shown).map((line) => `  problem: ${line}`),
    ]
  }

  rows(): { category: Category; scans: number; rules: number; verdicts: number }[] {
    const known = Object.keys(reasons) as (keyof typeof reasons)[]
    return [...known, 'unexplained' as const].map((category) => {
      const count = this.#counts.get(category)
      return {
        category,
        scans: count?.scans ?? 0,
        rules: count?.rules.size ?? 0,
        verdicts: count?.verdicts ?? 0,
      }
    })
  }
}

interface Table {
  readonly tally: Tally
  readonly oracle: string
  readonly what: string
}

const title = `# Where we differ from YARA-X

Made by \`npm run eval:yara -- --write FOLDER…\`; the categories are those of known-differences.ts.
`

/** Replaces the oracle's section of the file, or adds it. */
export function writeTable(path: string, { tally, oracle, what }: Table): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : title
  const sections = text.split(/^(?=## )/m).filter((section) => !section.startsWith(`## ${oracle}\n`))
  const rows = tally.rows().map(({ category, scans, rules, verdicts }) => {
    const reason = category === 'unexplained' ? 'None is known.' : reasons[category]
    return `| ${category} | ${reason} | ${scans} | ${rules} | ${verdicts} |`
  })
  const section = [
    `## ${oracle}`,
    '',
    `${what}. ${tally.figures()}.`,
    '',
    '| category | reason | differences | rules | other verdicts |',
    '| --- | --- | ---: | ---: | ---: |',
    ...rows,
    '',
  ].join('\n')
  writeFileSync(path, `${sections.map((each) => each.trimEnd()).join('\n\n')}\n\n${section}`)
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(3)} %`
}
