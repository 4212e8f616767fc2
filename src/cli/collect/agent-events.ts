// What the daemon of this host has seen lately: no other collector has that. From the daemon, or from its store where none runs.

import { AppError } from '../../base/app-error.ts'
import type { Profile } from '../../collect/step.ts'
import type { Event } from '../../model/index.ts'
import { openHost } from '../host/ask-host.ts'
import type { AskValues } from '../host/options.ts'

const sinceOf: Readonly<Record<Profile, string>> = { quick: '1h', full: '7d' }
/** What one answer of the control socket may hold. */
const pageSize = 2000

/** Undefined where no daemon ever ran, or it may not be asked. */
export async function agentEvents(
  profile: Profile,
  given: Pick<AskValues, 'config' | 'socket'>,
): Promise<(() => AsyncIterable<readonly Event[]>) | undefined> {
  try {
    const host = await openHost(given)
    return async function* events() {
      for (let after: number | undefined; ;) {
        const page = await host.events({
          since: sinceOf[profile],
          order: 'oldest',
          limit: pageSize,
          ...(after === undefined ? {} : { after }),
        })
        if (page.events.length > 0) yield page.events
        if (!page.more) return
        after = page.last
      }
    }
  } catch (thrown) {
    if (thrown instanceof AppError) return undefined
    throw thrown
  }
}
