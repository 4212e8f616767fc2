// What the engine looks for, as it takes it: rules, databases, lists, variables and where compiled ones are kept.

import { resolve } from 'node:path'

import { AppError, type ErrorCode } from '../base/app-error.ts'
import type { Config } from './config.ts'

type Variables = Readonly<Record<string, string | number | boolean>>

export interface EngineContent {
  readonly hashLists: readonly string[]
  readonly plugins: readonly string[]
  readonly rules: readonly string[]
  readonly databases: readonly string[]
  readonly variables: Variables
  /** Absent where nothing is kept. */
  readonly cache?: string
  readonly heuristics: { readonly reportScore: number; readonly decisiveScore: number }
}

/** Throws AppError `config-invalid` when a variable is not `name=value`. */
export function contentOf(engine: Config['engine']): EngineContent {
  const { hashLists, plugins, rules, databases, variables, cache } = engine
  return {
    hashLists,
    plugins,
    rules,
    databases,
    variables: variablesOf(variables, 'config-invalid'),
    heuristics: { reportScore: engine.heuristicsReportFrom, decisiveScore: engine.heuristicsActFrom },
    ...(cache === '' ? {} : { cache }),
  }
}

/** `name=value` texts as variables of YARA rules; a later one wins. Throws AppError with that code. */
export function variablesOf(texts: readonly string[], code: ErrorCode): Variables {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = '', value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
      if (name !== '') return [name, valueOf(value)]
      throw new AppError(code, `a variable of YARA rules is NAME=VALUE, not ${text}`, {
        hint: 'such as environment=test or level=3',
      })
    }),
  )
}

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  if (/^-?\d+\.\d+$/.test(text)) return Number(text)
  const quoted = /^"(.*)"$/s.exec(text)
  return quoted === null ? text : (quoted[1] ?? '')
}

/** A path of rules made absolute; a namespace in front of it stays. */
export function resolveRules(base: string, named: string): string {
  const [, namespace = '', path = named] = /^([A-Za-z_]\w*:)(.+)$/.exec(named) ?? []
  return namespace + resolve(base, path)
}
