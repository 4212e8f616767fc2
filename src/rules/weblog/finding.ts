// A finding as the engine tells it: what a detector said, where in which request, and whether the attack likely succeeded.

import type { AttackClass, AttackFinding, Part } from './detector.ts'

/**
 * `failed`: refused or not there. `attempted`: nothing says either way. `possible`: the server answered as to an ordinary
 * request. `likely`: the answer is not the usual one of that path, or proves that something ran.
 */
export const outcomes = ['failed', 'attempted', 'possible', 'likely'] as const

export type Outcome = (typeof outcomes)[number]

export interface WebFinding extends AttackFinding {
  readonly place: Part['place'] | 'request' | 'error-log'
  readonly name: string
  /** Decoded, at most 512 characters; may hold control characters. */
  readonly value: string
  readonly outcome: Outcome
}

export function worseOutcome(one: Outcome, other: Outcome): Outcome {
  return outcomes.indexOf(one) >= outcomes.indexOf(other) ? one : other
}

export interface Answer {
  readonly place: WebFinding['place']
  readonly status: number
  /** The answer's size is none that this path had before, though it has had few. */
  readonly isSizeNew: boolean
}

/** Classes whose requests say something about the client, nothing about a hole. */
const aboutClient: ReadonlySet<AttackClass> = new Set(['scanner', 'brute-force', 'protocol', 'anomaly'])
/** An error of the application is what these provoke when they reach it. */
const breaking: ReadonlySet<AttackClass> = new Set([
  'sqli',
  'deserialization',
  'ssti',
  'xxe',
  'php-injection',
  'nosql',
])

/** Any page is answered with 200, whatever stands there. */
const besideTarget: ReadonlySet<WebFinding['place']> = new Set(['user-agent', 'referer', 'header', 'method'])

export function outcomeOf(attack: AttackClass, { place, status, isSizeNew }: Answer): Outcome {
  if (status >= 400 && status < 500) return 'failed'
  const isFine = status >= 200 && status < 300
  // A probe's path that is there: a file that should not be.
  // So is a tunnel that was opened.
  if (aboutClient.has(attack))
    return (place === 'path' || place === 'method') && isFine ? 'possible' : 'attempted'
  if (besideTarget.has(place)) return isFine && isSizeNew ? 'possible' : 'attempted'
  if (status >= 500) return status === 500 && breaking.has(attack) ? 'possible' : 'attempted'
  if (!isFine) return 'attempted'
  if (attack === 'webshell' || attack === 'double-extension') return 'likely'
  return isSizeNew ? 'likely' : 'possible'
}
