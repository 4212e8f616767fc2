// What the engine is to look for: the options that `scan`, `guard`, `start` and `rules` share, laid over the configuration.

import { resolve } from 'node:path'

import { type Config, contentOf, resolveRules, variablesOf } from '../config/index.ts'
import type { EngineOptions } from '../engine/index.ts'
import type { OptionTable, OptionValues } from './command.ts'

export const contentOptions = {
  rules: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Load YARA rules too: a file, or a folder of them. `NAMESPACE:PATH` names their namespace.',
  },
  db: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Load a ClamAV database too: a file such as daily.cvd, or a folder of them.',
  },
  define: {
    kind: 'text',
    short: 'd',
    value: 'NAME=VALUE',
    multiple: true,
    help: 'Set an external variable of YARA rules: a number, true, false, or a text.',
  },
  'hash-list': {
    kind: 'text',
    value: 'FILE',
    multiple: true,
    help: 'Load this list of `hash[:size]:name` lines too.',
  },
} as const satisfies OptionTable

type Given = OptionValues<typeof contentOptions>

/** Relative paths start at `from`; without it they stay as they are. Throws AppError `usage`. */
export function layContent(engine: Config['engine'], given: Given, from?: string): Config['engine'] {
  const { define = [] } = given
  variablesOf(define, 'usage')
  const placed = (paths: readonly string[] = []): readonly string[] =>
    from === undefined ? paths : paths.map((path) => resolve(from, path))
  const { rules = [] } = given
  return {
    ...engine,
    hashLists: [...engine.hashLists, ...placed(given['hash-list'])],
    rules: [
      ...engine.rules,
      ...(from === undefined ? rules : rules.map((named) => resolveRules(from, named))),
    ],
    databases: [...engine.databases, ...placed(given.db)],
    variables: [...engine.variables, ...define],
  }
}

/** What a configuration names, the user's own set, and what the updates keep current, as the engine takes it. */
export async function engineContent({ engine, update }: Config): Promise<EngineOptions> {
  const own = engine.local === '' ? [] : [{ name: 'local', path: engine.local }]
  if (update.sources.length === 0) return { ...contentOf(engine), folders: own }
  // It brings in the validator: loaded only where there is something to read.
  const { configuredFolders } = await import('../updates/folders.ts')
  return { ...contentOf(engine), folders: [...own, ...configuredFolders(update)] }
}
