// Asking again: a few times, with growing pauses, and not before the server wants it (Retry-After, RFC 9110 10.2.3).

import { setTimeout as pause } from 'node:timers/promises'

import { Fault, PassingFault } from '../fault.ts'

export interface RetryPolicy {
  /** How often a request is repeated. */
  readonly retries: number
  /** The first pause; each further one is twice as long. */
  readonly retryWaitMs: number
}

/** A server that wants a longer pause is asked by the next run. */
const longestPauseMs = 60_000

export async function retried<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  for (let repeated = 0; ; repeated++) {
    try {
      return await attempt()
    } catch (thrown) {
      if (!(thrown instanceof PassingFault) || repeated >= policy.retries) throw thrown
      await pause(pauseMs(policy, repeated, thrown))
    }
  }
}

function pauseMs(policy: RetryPolicy, repeated: number, fault: PassingFault): number {
  const wanted = fault.retryAfterMs
  if (wanted !== undefined && wanted > longestPauseMs) {
    throw new Fault(`${fault.message} and wants to be asked again in ${Math.ceil(wanted / 1000)} s`, fault)
  }
  // A part of it is random, so that many hosts do not come back at the same moment.
  const ownMs = policy.retryWaitMs * 2 ** repeated * (1 + Math.random() / 2)
  return Math.min(longestPauseMs, Math.max(wanted ?? 0, ownMs))
}

/** Seconds or an HTTP date; undefined when it is neither. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
