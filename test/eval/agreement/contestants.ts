// Our engine and YARA-X on the same rules and bytes: which rules match, and where their strings are.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { RuleTable } from '../../../src/engine/detectors/yara/rule-table.ts'
import { YaraScanner } from '../../../src/engine/detectors/yara/scanner.ts'
import { Budget, defaultLimits } from '../../../src/engine/limits.ts'
import { Matcher } from '../../../src/engine/matcher/matcher.ts'
import { profileOf } from '../../../src/engine/profiles.ts'
import { compileSources } from '../../../src/engine/signatures/signatures.ts'

/** `rule` or `rule $string@offset+length`, sorted. */
export type Answer = readonly string[]

export interface Contestant {
  scan(bytes: Uint8Array): Answer
  /** Gives back what the garbage collector does not see. */
  close?(): void
}

const variables = {
  filename: 'sample.bin',
  filepath: '/srv/sample.bin',
  extension: '.bin',
  filetype: 'EXE',
  owner: 'root',
}

export interface Ours {
  /** Every match of every string, as for an explanation. */
  readonly complete: Contestant
  /** As files are scanned: only the rules that match. */
  readonly quick: Contestant
  readonly problems: readonly string[]
}

export function ours(text: Uint8Array): Ours {
  const sources = [{ name: 'rules.yar', namespace: 'default', text }]
  const complete = compileSources(sources, { variables, complete: true })
  const quick = compileSources(sources, { variables, complete: false })
  const problems = complete.about.problems
    .filter(({ severity }) => severity === 'error')
    .map(({ line, column, message }) => `${line}:${column} ${message}`)
  return {
    complete: contestant(complete.image, 'all'),
    quick: contestant(quick.image, 'rules'),
    problems,
  }
}

function contestant(image: ReturnType<typeof compileSources>['image'], told: 'all' | 'rules'): Contestant {
  const matcher = new Matcher(image)
  const rules = new RuleTable(image)
  const scanner = new YaraScanner(rules)
  return {
    scan(bytes) {
      const budget = new Budget(defaultLimits)
      const profile = profileOf(bytes)
      const hits = matcher.run({ bytes, profile, all: told === 'all', budget })
      const answer: string[] = []
      for (const rule of scanner.matching({ bytes, profile, hits, budget, variables })) {
        const { name, strings } = rules.head(rule)
        answer.push(name)
        if (told === 'rules') continue
        for (const [index, pattern] of rules.patterns(rule).entries()) {
          const string = strings[index]
          if (string === undefined || string.private) continue
          for (let i = 0; i < hits.count(pattern); i++) {
            const place = `${hits.start(pattern, i)}+${hits.length(pattern, i)}`
            answer.push(`${name} ${string.identifier}@${place}`)
          }
        }
      }
      return answer.toSorted()
    },
  }
}

/** Makes a contestant of rules; throws what YARA-X says about rules that it does not take. */
export type Oracle = (text: Uint8Array) => Contestant

interface NativeMatch {
  readonly ruleIdentifier: string
  readonly matches: readonly { identifier: string; offset: number; length: number }[]
}

interface Native {
  compile(source: string, options: object): { scan(bytes: Buffer, variables: object): readonly NativeMatch[] }
}

/** YARA-X 1.7 as a native module. Throws where it cannot be loaded. */
export function nativeYaraX(): Oracle {
  const native = createRequire(import.meta.url)('@litko/yara-x') as Native
  return (text) => {
    const compiled = native.compile(Buffer.from(text).toString('utf8'), { defineVariables: variables })
    return {
      scan: (bytes) =>
        compiled
          .scan(Buffer.from(bytes), {})
          .flatMap(({ ruleIdentifier, matches }) => [
            ruleIdentifier,
            ...matches.map(
              ({ identifier, offset, length }) => `${ruleIdentifier} ${identifier}@${offset}+${length}`,
            ),
          ])
          .toSorted(),
    }
  }
}

interface WasmRule {
  readonly identifier: string
  readonly isPrivate: boolean
  readonly patterns: readonly {
    readonly identifier: string
    readonly isPrivate: boolean
    readonly matches: readonly { readonly offset: number; readonly length: number }[]
  }[]
}

interface WasmModule {
  readonly default: (options: { module_or_path: Uint8Array }) => Promise<unknown>
  readonly Compiler: new () => {
    defineGlobal(name: string, value: unknown): void
    addSource(source: string): void
    build(): { scan(bytes: Uint8Array): { matches: readonly WasmRule[] }; free(): void }
    free(): void
  }
}

/** YARA-X 1.20 as WebAssembly. Throws where it cannot be loaded. */
export async function wasmYaraX(): Promise<Oracle> {
  const entry = import.meta.resolve('@virustotal/yara-x')
  const module = (await import(entry)) as WasmModule
  const file = join(dirname(fileURLToPath(entry)), 'yara_x_js_bg.wasm')
  await module.default({ module_or_path: readFileSync(file) })
  return (text) => {
    const compiler = new module.Compiler()
    try {
      for (const [name, value] of Object.entries(variables)) compiler.defineGlobal(name, value)
      compiler.addSource(Buffer.from(text).toString('utf8'))
      const rules = compiler.build()
      return {
        scan: (bytes) =>
          rules
            .scan(bytes)
            .matches.filter(({ isPrivate }) => !isPrivate)
            .flatMap(({ identifier, patterns }) => [identifier, ...wasmPlaces(identifier, patterns)])
            .toSorted(),
        close: () => {
          rules.free()
        },
      }
    } finally {
      compiler.free()
    }
  }
}

function wasmPlaces(rule: string, patterns: WasmRule['patterns']): string[] {
  return patterns
    .filter(({ isPrivate }) => !isPrivate)
    .flatMap(({ identifier, matches }) =>
      matches.map(({ offset, length }) => `${rule} ${identifier}@${offset}+${length}`),
    )
}
