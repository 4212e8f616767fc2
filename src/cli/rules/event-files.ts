// What Sigma rules are tried on: our own events, one JSON object a line as `haechi events --json` writes them, or Windows events
// as JSON.

import { readFileSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { Event } from '../../model/index.ts'
import { type SigmaRecord, windowsRecord } from '../../rules/sigma/index.ts'

export type GivenEvent =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'windows'; readonly record: SigmaRecord }

/** Throws AppError when the file cannot be read or something in it is no event. */
export function readEvents(path: string): GivenEvent[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
  return jsonValues(text, path).map((value, i) => {
    const given = givenOf(value)
    if (given === undefined)
      throw new AppError('usage', `${path}: entry ${i + 1} is neither an event nor a Windows event`)
    return given
  })
}

function jsonValues(text: string, path: string): unknown[] {
  const whole = jsonOf(text)
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole]
  // Documents one after another: each begins with a brace at the beginning of a line.
  return text
    .split(/\n(?=\{)/)
    .filter((part) => part.trim() !== '')
    .map((part, i) => {
      const value = jsonOf(part)
      if (value === undefined) throw new AppError('usage', `${path}: entry ${i + 1} is no JSON`)
      return value
    })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function givenOf(value: unknown): GivenEvent | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('Event' in value || 'Channel' in value) return { kind: 'windows', record: windowsRecord(value) }
  if (!('event' in value) || typeof value.event !== 'object' || value.event === null) return undefined
  return 'dataset' in value.event ? { kind: 'event', event: value as Event } : undefined
}
