// Runs one action of `haechi rules` with the options laid over the configuration: for YARA rules, for Sigma rules, or for
// both, by what the command line names.

import { type Config, loadConfig, sigmaPathsOf } from '../../config/index.ts'
import { usage } from '../args.ts'
import { layContent } from '../content.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { RulesRun } from './action.ts'
import { pathsByKind } from './kinds.ts'
import { asksForEvents } from './options.ts'

type Run = (run: RulesRun) => Promise<ExitCode> | ExitCode
type Request = Omit<RulesRun, 'config' | 'sigma' | 'isSigmaNamed'>

interface Part {
  readonly kind: 'yara' | 'sigma'
  readonly run: RulesRun
}

const table = {
  list: (run) =>
    each(configuredParts(run), {
      yara: async () => (await import('./list.ts')).listRules,
      sigma: async () => (await import('./sigma-list.ts')).listSigma,
    }),
  lint: (run) =>
    each(run.operands.length > 0 ? namedParts(run) : configuredParts(run), {
      yara: async () => (await import('./lint.ts')).lintPaths,
      sigma: async () => (await import('./sigma-lint.ts')).lintSigma,
    }),
  test: (run) =>
    each(testParts(run), {
      yara: async () => (await import('./run-tests.ts')).testRules,
      sigma: async () => (await import('./sigma-run-tests.ts')).testSigma,
    }),
  explain: async (run) => {
    if (!asksForEvents(run.given)) return (await import('./explain.ts')).explainFile(run)
    return (await import('./sigma-explain.ts')).explainSigma(run)
  },
  profile: async (run) => {
    if (!asksForEvents(run.given)) return (await import('./profile.ts')).profileFiles(run)
    return (await import('./sigma-profile.ts')).profileSigma(run)
  },
  add: async (run) => (await import('./add.ts')).addToLocal(run),
  remove: async (run) => (await import('./remove.ts')).removeFromLocal(run),
} as const satisfies Readonly<Record<string, (run: RulesRun) => Promise<ExitCode>>>

export async function runRules(action: keyof typeof table, request: Request): Promise<ExitCode> {
  const { config } = await loadConfig({ file: request.given.config })
  return table[action](withOptions(config, request))
}

/** Rules named on the command line stand for themselves: somebody works on them. */
function withOptions(config: Config, request: Request): RulesRun {
  const { given } = request
  if (![given.rules, given.db, given['hash-list']].some((paths) => paths !== undefined)) {
    const engine = layContent(config.engine, given)
    return { ...request, config: { ...config, engine }, sigma: sigmaPathsOf(config), isSigmaNamed: false }
  }
  const { yara, sigma } = pathsByKind(given.rules ?? [])
  const empty = { ...config.engine, rules: [], databases: [], hashLists: [] }
  return {
    ...request,
    config: {
      ...config,
      engine: { ...layContent(empty, { ...given, rules: yara }), local: '' },
      update: { ...config.update, sources: [] },
    },
    sigma,
    isSigmaNamed: true,
  }
}

/** The kinds that the configuration and the options name. */
function configuredParts(run: RulesRun): Part[] {
  const { given, sigma, isSigmaNamed, config } = run
  const named = [config.engine.rules, given.db ?? [], given['hash-list'] ?? []]
  const isOfEngine = !isSigmaNamed || named.some((paths) => paths.length > 0)
  return [
    ...(isOfEngine ? [{ kind: 'yara', run } as const] : []),
    ...(sigma.length > 0 ? [{ kind: 'sigma', run } as const] : []),
  ]
}

/** The kinds of the operands, each with its own. */
function namedParts(run: RulesRun): Part[] {
  const { yara, sigma } = pathsByKind(run.operands)
  return [
    ...(yara.length > 0 ? [{ kind: 'yara', run: { ...run, operands: yara } } as const] : []),
    ...(sigma.length > 0
      ? [{ kind: 'sigma', run: { ...run, operands: sigma, sigma, isSigmaNamed: true } } as const]
      : []),
  ]
}

function testParts(run: RulesRun): Part[] {
  const parts = namedParts(run)
  const isAboutFiles = run.given.match !== undefined || run.given['no-match'] !== undefined
  const isAboutEngine = isAboutFiles || parts.some(({ kind }) => kind === 'yara')
  if (asksForEvents(run.given) && isAboutEngine) {
    throw usage(
      { name: 'rules', usage: ['test PATH... [--events FILE]... [--since TIME] [--where FILTER]'] },
      'only Sigma rules are tried on events',
    )
  }
  return isAboutFiles ? [{ kind: 'yara', run }] : parts
}

/** The worst exit code of them. */
async function each(
  parts: readonly Part[],
  actions: Readonly<Record<Part['kind'], () => Promise<Run>>>,
): Promise<ExitCode> {
  let worst: ExitCode = exitCodes.clean
  for (const { kind, run } of parts) {
    const action = await actions[kind]()
    const code = await action(run)
    if (code > worst) worst = code
  }
  return worst
}
