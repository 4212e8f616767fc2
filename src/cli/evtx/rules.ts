// The Sigma rules of a run: those that its records can meet.

import { AppError } from '../../base/app-error.ts'
import { readSigmaFiles } from '../../config/index.ts'
import {
  chooseRules,
  createSigma,
  readRules,
  type RuleSet,
  type Sigma,
  type SigmaDetection,
} from '../../rules/sigma/index.ts'
import { hasSigmaShape } from '../rules/kinds.ts'
import { HeapKeeper } from './heap-keeper.ts'

export interface LoadedRules {
  readonly sigma: Sigma
  readonly count: number
  /** Rules that count over several records: those must all go through one engine. */
  readonly correlations: number
  /** One sentence each. */
  readonly problems: readonly string[]
}

const windowsOnly: ReadonlySet<string> = new Set(['windows'])

/** `products`: of whom rules are wanted. Throws AppError when a path cannot be read, or has no rules. */
export function loadRules(
  paths: readonly string[],
  leastLevel: SigmaDetection['level'],
  products = windowsOnly,
): LoadedRules {
  const { files, problems } = readSigmaFiles(paths)
  const [problem] = problems
  if (problem !== undefined) throw new AppError('not-found', problem)
  const texts = files.filter(({ source, text }) => paths.includes(source) || hasSigmaShape(text))
  if (texts.length === 0) throw new AppError('not-found', `there are no Sigma rules in ${paths.join(', ')}`)
  const all = readInParts(texts.filter(({ text }) => mayBeOf(text, products)))
  const chosen = chooseRules(all, { disable: [], leastLevel })
  const rules = chosen.rules.filter(
    ({ logsource: { product } }) => product === undefined || products.has(product),
  )
  const sigma = createSigma({ ...chosen, rules })
  const errors = sigma.problems.filter(({ severity }) => severity === 'error')
  return {
    sigma,
    count: rules.length,
    correlations: chosen.correlations.length,
    problems: errors.map(({ source, line, message }) => `${source}:${line ?? 0}: ${message}`),
  }
}

const productLine = /^\s+product:\s*['"]?(\w+)/gm

/** False for files all of whose rules are for other products; reading YAML is what takes the time. */
function mayBeOf(text: string, products: ReadonlySet<string>): boolean {
  const named = [...text.matchAll(productLine)].map(([, product]) => product?.toLowerCase())
  return named.length === 0 || named.some((product) => products.has(product ?? ''))
}

const filesOfPart = 100

/** What YAML leaves behind is not kept for all files at once. */
function readInParts(texts: readonly { readonly source: string; readonly text: string }[]): RuleSet {
  const parts: RuleSet[] = []
  const heap = new HeapKeeper()
  for (let from = 0; from < texts.length; from += filesOfPart) {
    parts.push(readRules(texts.slice(from, from + filesOfPart)))
    heap.keep()
  }
  return {
    rules: parts.flatMap(({ rules }) => rules),
    correlations: parts.flatMap(({ correlations }) => correlations),
    filters: parts.flatMap(({ filters }) => filters),
    problems: parts.flatMap(({ problems }) => problems),
  }
}
