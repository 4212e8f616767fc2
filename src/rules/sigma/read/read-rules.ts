// Files of Sigma rules, correlations and filters as one set. What cannot be used is a problem with its place; the rest of
// the set is used.

import type { RuleHead, RuleProblem, RuleSet, SigmaCorrelation, SigmaFilter, SigmaRule } from '../rule.ts'
import { readCorrelation } from './correlation.ts'
import { readDetections } from './detection.ts'
import { readDocuments, type RuleDocument, type RuleText } from './documents.ts'
import { isMap, type Path, placeText, RuleFault, textOf, textsOf, type Warn } from './fault.ts'
import type { ReadingContext } from './field-test.ts'
import { readHead, readLogSource } from './head.ts'

export interface ReadOptions {
  /** Values of `%name%` for the modifier `expand`. */
  readonly placeholders?: ReadonlyMap<string, readonly string[]>
}

interface Collected {
  readonly rules: SigmaRule[]
  readonly correlations: SigmaCorrelation[]
  readonly filters: SigmaFilter[]
  readonly problems: RuleProblem[]
  /** Of each id, the file that it was first seen in. */
  readonly sourceOfId: Map<string, string>
}

/** Never throws. */
export function readRules(texts: readonly RuleText[], options: ReadOptions = {}): RuleSet {
  return readRuleDocuments(
    texts.flatMap((text) => readDocuments(text)),
    options,
  )
}

/** The same from documents that are parsed already. */
export function readRuleDocuments(documents: readonly RuleDocument[], options: ReadOptions = {}): RuleSet {
  const collected: Collected = {
    rules: [],
    correlations: [],
    filters: [],
    problems: [],
    sourceOfId: new Map(),
  }
  for (const document of documents) readDocument(document, options, collected)
  const { rules, correlations, filters, problems } = collected
  return { rules, correlations, filters, problems }
}

function readDocument(document: RuleDocument, options: ReadOptions, to: Collected): void {
  const { source, value, fault } = document
  if (fault !== undefined) {
    to.problems.push({ severity: 'error', source, line: fault.line, message: fault.message })
    return
  }
  const known = isMap(value) ? (textOf(value['id']) ?? textOf(value['title'])) : undefined
  const problem = (severity: RuleProblem['severity'], path: Path, message: string): void => {
    const line = document.lineOf(path)
    to.problems.push({
      severity,
      source,
      message,
      ...(line === undefined ? {} : { line }),
      ...(known === undefined ? {} : { rule: known }),
      ...(path.length === 0 ? {} : { place: placeText(path) }),
    })
  }
  const warn: Warn = (path, message) => problem('warning', path, message)
  try {
    if (!isMap(value)) throw new RuleFault([], 'a rule is a map')
    addDocument(value, {
      source,
      to,
      context: { placeholders: options.placeholders ?? new Map(), warn, unresolved: new Set() },
    })
  } catch (thrown) {
    if (thrown instanceof RuleFault) problem('error', thrown.path, thrown.message)
    else problem('error', [], thrown instanceof Error ? thrown.message : String(thrown))
  }
}

interface Adding {
  readonly source: string
  readonly to: Collected
  readonly context: ReadingContext
}

function addDocument(value: Readonly<Record<string, unknown>>, { source, to, context }: Adding): void {
  if ('action' in value) {
    throw new RuleFault(['action'], '`action` is no longer part of Sigma; write each rule whole')
  }
  const head = readHead(value, source, context.warn)
  const first = to.sourceOfId.get(head.id)
  if (value['id'] !== undefined && first !== undefined) {
    throw new RuleFault(['id'], `another rule has this id: ${first}`)
  }
  to.sourceOfId.set(head.id, source)
  if (value['correlation'] !== undefined) to.correlations.push(readCorrelation(head, value['correlation']))
  else if (value['filter'] !== undefined) to.filters.push(readFilter(value, head, context))
  else {
    const detections = readDetections(value['detection'], ['detection'], context)
    const logsource = readLogSource(value['logsource'])
    to.rules.push({ ...head, logsource, ...detections, unresolved: [...context.unresolved] })
  }
}

function readFilter(
  value: Readonly<Record<string, unknown>>,
  head: RuleHead,
  context: ReadingContext,
): SigmaFilter {
  const filter = value['filter']
  const { selections, condition } = readDetections(filter, ['filter'], context)
  const rules = isMap(filter) ? filter['rules'] : undefined
  const isAny = rules === undefined || textOf(rules)?.toLowerCase() === 'any'
  return {
    ...head,
    logsource: readLogSource(value['logsource']),
    rules: isAny ? undefined : textsOf(rules),
    selections,
    // The specification's filters name what is accepted (`selection`), pySigma's what remains (`not selection`). Both
    // mean that what is selected is no longer told.
    keeps: condition.kind === 'not' ? condition : { kind: 'not', of: condition },
  }
}
