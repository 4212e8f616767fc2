// What all kinds of rules begin with, and the warnings about it that a careful author wants.

import type { LogSource, RuleHead, SigmaLevel } from '../rule.ts'
import { isMap, RuleFault, textOf, textsOf, type Warn } from './fault.ts'

const levels: readonly SigmaLevel[] = ['informational', 'low', 'medium', 'high', 'critical']
const statuses = new Set(['stable', 'test', 'experimental', 'deprecated', 'unsupported'])
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** Throws RuleFault when there is no title. */
export function readHead(document: Readonly<Record<string, unknown>>, source: string, warn: Warn): RuleHead {
  const title = textOf(document['title'])
  if (title === undefined || title.trim() === '') throw new RuleFault(['title'], 'there is no title')
  const id = textOf(document['id'])
  const name = textOf(document['name'])
  lint(document, warn)
  return {
    id: id ?? name ?? title,
    title,
    references: textsOf(document['references']),
    tags: textsOf(document['tags']),
    falsePositives: textsOf(document['falsepositives']),
    level: levels.find((level) => level === document['level']) ?? 'medium',
    source,
    ...(name === undefined ? {} : { name }),
    ...optionalText(document, 'status'),
    ...optionalText(document, 'description'),
    ...optionalText(document, 'author'),
    ...optionalText(document, 'license'),
  }
}

function optionalText<K extends string>(
  document: Readonly<Record<string, unknown>>,
  key: K,
): { readonly [P in K]?: string } {
  const text = textOf(document[key])
  return text === undefined ? {} : ({ [key]: text } as { readonly [P in K]: string })
}

function lint(document: Readonly<Record<string, unknown>>, warn: Warn): void {
  const { id, level, status, tags, date, modified } = document as Readonly<
    Partial<Record<string, unknown>>
  > & {
    readonly [K in 'id' | 'level' | 'status' | 'tags' | 'date' | 'modified']?: unknown
  }
  if (id === undefined) warn([], 'there is no id')
  else if (!uuid.test(textOf(id) ?? '')) warn(['id'], 'the id is no UUID')
  if (level !== undefined && !levels.some((known) => known === level)) {
    warn(['level'], `the level is none of ${levels.join(', ')}; medium is taken`)
  }
  if (status !== undefined && !statuses.has(textOf(status) ?? ''))
    warn(['status'], 'the status is not a known one')
  for (const [i, tag] of textsOf(tags).entries()) {
    if (!/^[a-z\d_-]+\.[a-z\d._-]+$/.test(tag)) warn(['tags', i], `\`${tag}\` is not written namespace.name`)
  }
  for (const [key, value] of Object.entries({ date, modified })) {
    const text = textOf(value)
    if (text !== undefined && !/^\d{4}[-/]\d\d[-/]\d\d/.test(text)) warn([key], 'the date is not YYYY-MM-DD')
  }
}

/** Throws RuleFault. */
export function readLogSource(given: unknown): LogSource {
  if (!isMap(given)) throw new RuleFault(['logsource'], 'there is no logsource')
  const source = {
    ...optionalText(given, 'product'),
    ...optionalText(given, 'category'),
    ...optionalText(given, 'service'),
  }
  if (Object.keys(source).length === 0) {
    throw new RuleFault(['logsource'], 'the logsource names no product, category or service')
  }
  return source
}
