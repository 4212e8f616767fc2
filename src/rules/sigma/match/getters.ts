// Reads what a mapping names out of an event, and fields out of plain records. Never throws, whatever the event is.

import type { FieldSource } from '../mappings/mapping.ts'
import { type Getter, type Value, valueOf } from './values.ts'

const maxPathDepth = 16
const maxKeywordTexts = 512
const maxKeywordDepth = 8

export function sourceGetter(source: FieldSource): Getter {
  if (typeof source === 'string') return pathGetter(source)
  if ('text' in source) return () => source.text
  if ('first' in source) return firstGetter(source.first.map((path) => pathGetter(path)))
  if ('join' in source) return joinGetter(source)
  if ('list' in source) {
    const read = rawGetter(source.list)
    return (record) => {
      const list = read(record)
      return Array.isArray(list) ? valueOf(list[source.at]) : undefined
    }
  }
  if ('each' in source) return eachGetter(source.each.map((path) => pathGetter(path)))
  const read = pathGetter(source.path)
  return (record) => {
    const value = read(record)
    return typeof value === 'string' && Object.hasOwn(source.lookup, value) ? source.lookup[value] : undefined
  }
}

export function pathGetter(path: string): Getter {
  const read = rawGetter(path)
  return (record) => valueOf(read(record))
}

/** A field of a plain record: its own name first, then as a path. */
export function fieldGetter(field: string): Getter {
  if (!field.includes('.')) return (record) => valueOf(ownOf(record, field))
  const byPath = rawGetter(field)
  return (record) => valueOf(ownOf(record, field) ?? byPath(record))
}

/** All texts of the sources, or with none all texts of the record. */
export function keywordsGetter(sources: readonly FieldSource[] | undefined): Getter {
  if (sources !== undefined) return eachGetter(sources.map((source) => sourceGetter(source)))
  return (record) => {
    const texts: string[] = []
    collectTexts(record, texts, 0)
    return texts
  }
}

function collectTexts(value: unknown, to: string[], depth: number): void {
  if (to.length >= maxKeywordTexts || depth > maxKeywordDepth) return
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) collectTexts(inner, to, depth + 1)
    return
  }
  const text = valueOf(value)
  if (typeof text === 'string') to.push(text)
}

function rawGetter(path: string): (record: unknown) => unknown {
  const steps = path.split('.').slice(0, maxPathDepth)
  return (record) => {
    let at: unknown = record
    for (const step of steps) {
      // Lists of objects: of each the same member.
      at = Array.isArray(at) ? membersOf(at, step) : ownOf(at, step)
      if (at === undefined || at === null) return at
    }
    return at
  }
}

function membersOf(list: readonly unknown[], step: string): unknown {
  if (/^\d+$/.test(step)) return list[Number(step)]
  const found = list
    .slice(0, maxKeywordTexts)
    .map((item) => ownOf(item, step))
    .filter((item) => item !== undefined)
  return found.length === 0 ? undefined : found
}

function ownOf(record: unknown, name: string): unknown {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, name)) return undefined
  return (record as Readonly<Record<string, unknown>>)[name]
}

function firstGetter(getters: readonly Getter[]): Getter {
  return (record) => {
    for (const getter of getters) {
      const value = getter(record)
      if (value !== undefined && value !== null) return value
    }
    return undefined
  }
}

function joinGetter({ join, or }: { readonly join: string; readonly or?: string }): Getter {
  const read = pathGetter(join)
  const otherwise: Getter = or === undefined ? () => undefined : pathGetter(or)
  return (record): Value => {
    const list = read(record)
    if (list === undefined || list === null) return otherwise(record)
    return typeof list === 'string' ? list : list.join(' ')
  }
}

function eachGetter(getters: readonly Getter[]): Getter {
  return (record) => {
    const texts = getters.flatMap((getter) => getter(record) ?? [])
    return texts.length === 0 ? undefined : texts
  }
}
