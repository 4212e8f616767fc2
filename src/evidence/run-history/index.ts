// What ran, was opened and was typed, as the registry remembers it. See FORMAT.md.

import type { Hive } from '../hive.ts'
import type { Activity } from './activity.ts'
import { amcacheOf } from './amcache.ts'
import { muiCacheOf } from './mui-cache.ts'
import { recentOf } from './recent.ts'
import { shellBagsOf } from './shell-bags.ts'
import { shimcacheOf } from './shimcache.ts'
import { moderatorsOf, userAssistOf } from './user-assist.ts'

export type { Activity, ActivitySource } from './activity.ts'
export { readShimcache } from './shimcache.ts'

/** Everything that a hive tells; `user` is whose it is, '' of the machine's. */
export function* activitiesIn(hive: Hive, user: string): Generator<Activity> {
  if (hive.kind === 'AMCACHE') yield* amcacheOf(hive)
  if (hive.kind === 'SYSTEM') {
    const sets =
      hive.root?.subkeys().filter(({ name }) => /^(?:ControlSet\d{3}|CurrentControlSet)$/i.test(name)) ?? []
    yield* shimcacheOf(hive, sets)
    yield* moderatorsOf(sets)
  }
  if (hive.kind === 'NTUSER') {
    yield* userAssistOf(hive, user)
    yield* recentOf(hive, user)
  }
  if (hive.kind !== 'NTUSER' && hive.kind !== 'USRCLASS') return
  yield* muiCacheOf(hive, user)
  yield* shellBagsOf(hive, user)
}
