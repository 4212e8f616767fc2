// What a change of credentials means: nothing, less power, or more; and whether the rules of credentials(7) allow it.

import type { ProcessInfo } from '../../model/index.ts'
import { capabilityNames } from './capabilities.ts'
import type { Credentials } from './tier.ts'

/** `without cause`: root, and no id that the process had was root, and it had no capability to become it. */
export type Gain = 'same' | 'lost' | 'gained' | 'without cause'

export function gain(before: ProcessInfo, after: Credentials): Gain {
  const had = idsOf(before)
  // Nothing was known of it: nothing can be said.
  if (had === undefined) return 'same'
  const isRoot = after.euid === 0 || after.uid === 0 || after.suid === 0
  const wasRoot = had.uid === 0 || had.euid === 0 || had.suid === 0
  if (isRoot && !wasRoot) return mayBecomeAnybody(before) ? 'gained' : 'without cause'
  const more = capabilitiesGained(before, after)
  const same =
    had.uid === after.uid && had.euid === after.euid && had.suid === after.suid && had.gid === after.egid
  if (same && !more) return 'same'
  return more || (after.euid === 0 && had.euid !== 0) ? 'gained' : 'lost'
}

interface Ids {
  readonly uid: number
  readonly euid: number
  readonly suid: number
  /** Effective group. */
  readonly gid: number
}

/** Undefined when they are not known. */
export function idsOf(info: ProcessInfo): Ids | undefined {
  const euid = info.user?.id
  if (euid === undefined) return undefined
  return {
    uid: Number(info.real_user?.id ?? euid),
    euid: Number(euid),
    suid: Number(info.saved_user?.id ?? euid),
    gid: Number(info.user?.group?.id ?? 0),
  }
}

/** True also when its capabilities are not known. */
function mayBecomeAnybody(info: ProcessInfo): boolean {
  const effective = info.thread?.capabilities?.effective
  return effective === undefined || effective.includes('CAP_SETUID')
}

/** Has it a capability that it did not have? */
function capabilitiesGained(before: ProcessInfo, after: Credentials): boolean {
  const had = before.thread?.capabilities?.effective
  if (had === undefined || after.effective === undefined) return false
  // The same set is the same list: most often nothing changes.
  const has = capabilityNames(after.effective)
  return has !== had && has.some((name) => !had.includes(name))
}
