// The configuration as the program uses it: camelCase, nested, durations in milliseconds (`…Ms`), sizes in bytes.

import type { Option, Place, PolicyRule, UpdateSource } from './option.ts'
import { type SectionName, sectionNames, type Sections, sectionTable } from './options.ts'

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name

type ValueOf<O> = O extends { kind: 'boolean' }
  ? boolean
  : O extends { kind: 'count' | 'size' | 'duration' }
    ? number
    : O extends { kind: 'choice'; choices: readonly (infer Choice)[] }
      ? Choice
      : O extends { kind: 'path' | 'text' }
        ? string
        : O extends { kind: 'places' }
          ? readonly Place[]
          : O extends { kind: 'sources' }
            ? readonly UpdateSource[]
            : O extends { kind: 'responses' }
              ? readonly PolicyRule[]
              : readonly string[]

type KeyOf<Name, O> = Name extends string
  ? O extends { kind: 'duration' }
    ? `${Camel<Name>}Ms`
    : Camel<Name>
  : never

type Values<S extends SectionName> = {
  readonly [K in keyof Sections[S]['options'] as KeyOf<K, Sections[S]['options'][K]>]: ValueOf<
    Sections[S]['options'][K]
  >
}

export interface Config {
  readonly scan: Values<'scan'>
  readonly engine: Values<'engine'>
  readonly gate: Values<'gate'> & { readonly exclude: Values<'gate.exclude'> }
  readonly quarantine: Values<'quarantine'>
  readonly daemon: Values<'daemon'>
  readonly sensors: Values<'sensors'>
  readonly rules: Values<'rules'>
  readonly response: Values<'response'>
  readonly collect: Values<'collect'>
  readonly store: Values<'store'>
  readonly outputs: Values<'outputs'>
  readonly clamd: Values<'clamd'>
  readonly update: Values<'update'>
}

/** Checked values of one or more files, by section and key as written there. */
export type RawConfig = Readonly<Partial<Record<SectionName, Readonly<Record<string, unknown>>>>>

/** Lays the files over the defaults, in order; a list replaces the list below it. */
export function buildConfig(layers: readonly RawConfig[]): Config {
  const flat = Object.fromEntries(sectionNames.map((name) => [name, buildSection(name, layers)]))
  const { 'gate.exclude': exclude, gate, ...rest } = flat
  // The table's keys and kinds are exactly what the mapped type says; TypeScript cannot follow fromEntries.
  return { ...rest, gate: { ...gate, exclude } } as unknown as Config
}

function buildSection(name: SectionName, layers: readonly RawConfig[]): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [key, option] of Object.entries(sectionTable[name].options)) {
    let value: unknown = option.initial
    for (const layer of layers) value = layer[name]?.[key] ?? value
    values[propertyName(key, option)] = value
  }
  return values
}

function propertyName(key: string, option: Option): string {
  const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return option.kind === 'duration' ? `${camel}Ms` : camel
}

export const defaultConfig: Config = buildConfig([])

/** What the engine takes as its limits. */
export interface ScanLimits {
  readonly maxDepth: number
  readonly maxMembers: number
  readonly maxBytes: number
  readonly maxRatio: number
  readonly ratioFromBytes: number
  readonly maxMs: number
  readonly maxHeldBytes: number
  readonly maxMatchedBytes: number
}

export function limitsOf(scan: Config['scan']): ScanLimits {
  return {
    maxDepth: scan.maxDepth,
    maxMembers: scan.maxMembers,
    maxBytes: scan.maxBytes,
    maxRatio: scan.maxRatio,
    ratioFromBytes: scan.ratioFromBytes,
    maxMs: scan.maxTimeMs,
    maxHeldBytes: scan.maxHeldBytes,
    maxMatchedBytes: scan.maxMatchedBytes,
  }
}
