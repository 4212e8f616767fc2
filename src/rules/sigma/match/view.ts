// A view is one way to look at a kind of events: which log source it is for rules, and where their fields are.

import type { Event } from '../../../model/index.ts'
import type { EventChoice, Mapping } from '../mappings/mapping.ts'
import type { LogSource } from '../rule.ts'
import { fieldGetter, keywordsGetter, pathGetter, sourceGetter } from './getters.ts'
import type { Getter } from './values.ts'

export interface View {
  readonly id: string
  readonly product?: string
  readonly categories: readonly string[]
  readonly services: readonly string[]
  readonly serviceOnly: boolean
  /** Fields without a dot are the record's own members of that name. */
  readonly isPlain: boolean
  /** Undefined when nothing fills the field; the empty name is that of keywords. */
  readonly getter: (field: string) => Getter | undefined
  /** The field's value when it is always the same. */
  readonly constant: (field: string) => string | undefined
}

/** Members of an event that rules may name directly, as ECS paths. */
const eventMembers = new Set([
  '@timestamp',
  'container',
  'destination',
  'dns',
  'event',
  'file',
  'group',
  'hx',
  'log',
  'message',
  'network',
  'process',
  'rule',
  'service',
  'source',
  'threat',
  'user',
])

export function eventView(mapping: Mapping): View {
  const { fields } = mapping
  return {
    id: mapping.id,
    ...(mapping.product === '' ? {} : { product: mapping.product }),
    categories: mapping.category === undefined ? [] : [mapping.category],
    services: mapping.services ?? [],
    serviceOnly: mapping.serviceOnly === true,
    isPlain: false,
    getter: (field) => {
      if (field === '') return keywordsGetter(mapping.keywords)
      const source = Object.hasOwn(fields, field) ? fields[field] : undefined
      if (source !== undefined) return sourceGetter(source)
      return eventMembers.has(field.split('.', 1)[0] ?? '') ? pathGetter(field) : undefined
    },
    constant: (field) => {
      const source = Object.hasOwn(fields, field) ? fields[field] : undefined
      return typeof source === 'object' && 'text' in source ? source.text : undefined
    },
  }
}

/** What a plain record is to rules. */
export interface RecordSource {
  readonly product?: string
  readonly categories: readonly string[]
  readonly services: readonly string[]
}

/** Plain records, whose fields are named as in the rules. */
export function recordView(source: RecordSource): View {
  return {
    ...source,
    id: 'record',
    serviceOnly: false,
    isPlain: true,
    getter: (field) => (field === '' ? keywordsGetter(undefined) : fieldGetter(field)),
    constant: () => undefined,
  }
}

/** Whether rules of the log source are for this view: all that the rule names has to be so. */
export function isSeen(view: View, { product, category, service }: LogSource): boolean {
  // `category: dns` and the like have no product of their own; this host is Linux.
  const isHost = view.product === undefined && product === 'linux'
  if (product !== undefined && product !== view.product && !isHost) return false
  if (category !== undefined && !view.categories.includes(category)) return false
  if (service === undefined) return !view.serviceOnly
  return view.services.includes(service)
}

const actionPath = 'event.action'

/** The choice by event.action alone: nearly all mappings have one, so it is made once for each action. */
export function isOfAction({ is = {} }: EventChoice, action: string): boolean {
  return is[actionPath]?.includes(action) ?? true
}

/** Whether an event whose action fits is one of these. */
export function eventTest({ is = {} }: EventChoice): (event: Event) => boolean {
  const parts = Object.entries(is)
    .filter(([path]) => path !== actionPath)
    .map(([path, texts]) => ({ read: pathGetter(path), texts: new Set(texts) }))
  return (event) =>
    parts.every(({ read, texts }) => {
      const value = read(event)
      return typeof value === 'string' && texts.has(value)
    })
}
