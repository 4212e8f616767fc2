// Runs one action of `haechi rules` with the options laid over the configuration.

import { type Config, loadConfig } from '../../config/index.ts'
import { layContent } from '../content.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { RulesRun } from './action.ts'
import type { RulesOptions } from './options.ts'

type Run = (run: RulesRun) => Promise<ExitCode> | ExitCode

const table = {
  list: async () => (await import('./list.ts')).listRules,
  lint: async () => (await import('./lint.ts')).lintPaths,
  test: async () => (await import('./run-tests.ts')).testRules,
  explain: async () => (await import('./explain.ts')).explainFile,
  profile: async () => (await import('./profile.ts')).profileFiles,
  add: async () => (await import('./add.ts')).addToLocal,
  remove: async () => (await import('./remove.ts')).removeFromLocal,
} as const satisfies Readonly<Record<string, () => Promise<Run>>>

export async function runRules(
  action: keyof typeof table,
  request: Omit<RulesRun, 'config'>,
): Promise<ExitCode> {
  const { config } = await loadConfig({ file: request.given.config })
  const run = await table[action]()
  return run({ ...request, config: layOptions(config, request.given) })
}

/** Rules named on the command line stand for themselves: somebody works on them. */
function layOptions(config: Config, given: RulesOptions): Config {
  const isAlone = [given.rules, given.db, given['hash-list']].some((paths) => paths !== undefined)
  if (!isAlone) return { ...config, engine: layContent(config.engine, given) }
  const empty = { ...config.engine, rules: [], databases: [], hashLists: [] }
  return {
    ...config,
    engine: { ...layContent(empty, given), local: '' },
    update: { ...config.update, sources: [] },
  }
}
