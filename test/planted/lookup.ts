// What was planted, how it is looked for in a collection and in an analysis, and the table of what was found.

import { existsSync, globSync, lstatSync, readFileSync, type Stats } from 'node:fs'
import { basename, join } from 'node:path'

/** Exact values that a record must have; of objects and lists only what is named here. */
export type Expected =
  | string
  | number
  | boolean
  | RegExp
  | readonly Expected[]
  | { readonly [key: string]: Expected }

type Row = Readonly<Record<string, unknown>>

export interface Evidence {
  /** Of `artefacts/KIND.jsonl`. */
  readonly kind: string
  /** Of the record's `data`. */
  readonly data?: Expected
  /** Also a row of the timeline. */
  readonly time?: { readonly at: string; readonly is: string }
}

export interface Planted {
  readonly name: string
  /** What lies in the collected package. */
  collected(unpacked: Unpacked): boolean
  /** What an analysis must tell: all of it. */
  readonly told: readonly Evidence[]
  readonly finding?: Expected
}

function fits(value: unknown, expected: Expected): boolean {
  if (expected instanceof RegExp) return typeof value === 'string' && expected.test(value)
  if (typeof expected !== 'object') return value === expected
  if (typeof value !== 'object' || value === null) return false
  if (isList(expected)) {
    return Array.isArray(value) && expected.every((one) => value.some((have) => fits(have, one)))
  }
  return Object.entries(expected).every(([name, one]) => fits((value as Row)[name], one))
}

function isList(expected: object): expected is readonly Expected[] {
  return Array.isArray(expected)
}

function linesOf(path: string): Row[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** A package that `tar` unpacked. */
export class Unpacked {
  readonly #folder: string
  readonly #rows = new Map<string, Row[]>()
  readonly manifest: readonly Row[]

  constructor(folder: string) {
    this.#folder = folder
    this.manifest = globSync(join(folder, 'manifest*.jsonl')).toSorted().flatMap(linesOf)
  }

  /** Rows of `live/NAME.jsonl` with all its parts. */
  live(name: string): readonly Row[] {
    const known = this.#rows.get(name)
    if (known !== undefined) return known
    const files = globSync(join(this.#folder, 'live', `${name}.{jsonl,part-*.jsonl}`))
    const rows = files.toSorted((a, b) => basename(a).localeCompare(basename(b))).flatMap(linesOf)
    this.#rows.set(name, rows)
    return rows
  }

  has(name: string, expected: Expected): boolean {
    return this.live(name).some((row) => fits(row, expected))
  }

  item(expected: Expected): boolean {
    return this.manifest.some((line) => fits(line, expected))
  }

  /** Content of a member, whose path may be no UTF-8; undefined where there is none. */
  bytes(path: string | Buffer): Buffer | undefined {
    const full = Buffer.concat([Buffer.from(`${this.#folder}/`), Buffer.from(path)])
    return existsSync(full) ? readFileSync(full) : undefined
  }

  stat(path: string): Stats | undefined {
    return lstatSync(join(this.#folder, path), { throwIfNoEntry: false })
  }
}

/** What `haechi analyse` wrote. */
export class Analysed {
  readonly #folder: string
  readonly #kinds = new Map<string, Row[]>()
  readonly #times: ReadonlySet<string>
  readonly findings: readonly Row[]
  readonly incidents: readonly Row[]

  constructor(folder: string) {
    this.#folder = folder
    this.findings = linesOf(join(folder, 'findings.jsonl'))
    this.incidents = linesOf(join(folder, 'incidents.jsonl'))
    this.#times = new Set(linesOf(join(folder, 'timeline.jsonl')).map(placeOf))
  }

  records(kind: string): readonly Row[] {
    const known = this.#kinds.get(kind) ?? linesOf(join(this.#folder, 'artefacts', `${kind}.jsonl`))
    this.#kinds.set(kind, known)
    return known
  }

  /** What is missing of it, in words; undefined when all is there. */
  missing({ told, finding }: Pick<Planted, 'told' | 'finding'>): string | undefined {
    for (const evidence of told) {
      const at = this.#lineOf(evidence)
      if (at === 0) return `no record of ${evidence.kind}`
      const { time, kind } = evidence
      if (time !== undefined && !this.#times.has(placeOf({ time: time.at, is: time.is, kind, line: at })))
        return `not in the timeline: ${kind} ${time.at} ${time.is}`
    }
    if (finding !== undefined && !this.findings.some((row) => fits(row, finding))) return 'no finding'
    return undefined
  }

  /** From 1; 0 when there is none. */
  #lineOf({ kind, data = {}, time }: Evidence): number {
    const times = time === undefined ? [] : [{ time: time.at, is: time.is }]
    return this.records(kind).findIndex((row) => fits(row, { data, times })) + 1
  }
}

function placeOf({ time, is, kind, line }: Row): string {
  return [time, is, kind, line].map(String).join('|')
}

export interface Outcome {
  readonly name: string
  /** By where it is looked for: what is missing there, undefined when nothing is; null: it cannot be there. */
  readonly results: ReadonlyMap<string, string | undefined | null>
}

/** A line for each artefact, and the counts. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map(({ name }) => name.length))
  const places = [...(outcomes[0]?.results.keys() ?? [])]
  const lines = outcomes.map(({ name, results }) => {
    const cells = places.map((place) => cellOf(place, results.get(place)))
    return `${name.padEnd(width)}  ${cells.join('  ')}`.trimEnd()
  })
  const counts = places.map((place) => {
    const asked = outcomes.filter(({ results }) => results.get(place) !== null)
    const found = asked.filter(({ results }) => results.get(place) === undefined)
    return `${found.length} of ${asked.length} ${place}`
  })
  return [...lines, counts.join(', ')].join('\n')
}

function cellOf(place: string, missing: string | undefined | null): string {
  if (missing === null) return '-'.padEnd(place.length)
  return missing === undefined ? place : `NOT ${place}`
}

export function missingOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ name, results }) =>
    [...results].flatMap(([place, missing]) =>
      typeof missing === 'string' ? [`${name} (${place}): ${missing}`] : [],
    ),
  )
}
