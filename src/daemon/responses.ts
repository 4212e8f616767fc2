// What the daemon does about incidents: by policy, and what it is told that was done by hand. The code of the responses is
// loaded when it is first needed; most hosts never respond.

import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../base/app-error.ts'
import { type Config, responsesOf } from '../config/index.ts'
import type { Event, Incident } from '../model/index.ts'
import type { Responses } from '../response/index.ts'
import type { Handlers } from './control-socket.ts'

export interface HostResponsesOptions {
  readonly config: Config
  /** What was done is an event. */
  readonly tell: (event: Event) => void
  readonly onNotice: (message: string) => void
}

export class HostResponses {
  readonly #options: HostResponsesOptions
  #responses: Promise<Responses> | undefined
  /** One incident after the other. */
  #last: Promise<void> = Promise.resolve()

  /** Puts back what a reboot has undone before its time. Never rejects. */
  static async start(options: HostResponsesOptions): Promise<HostResponses> {
    const responses = new HostResponses(options)
    if (existsSync(join(options.config.response.directory, 'responses.jsonl'))) {
      await responses.#attempt(async (loaded) => {
        await loaded.restore()
      })
    }
    return responses
  }

  private constructor(options: HostResponsesOptions) {
    this.#options = options
  }

  /** Does what the policy says, in the background. */
  onIncidents(incidents: readonly Incident[]): void {
    if (this.#options.config.response.policy.length === 0) return
    this.#last = this.#last.then(() =>
      this.#attempt(async (responses) => {
        for (const incident of incidents) await responses.onIncident(incident)
      }),
    )
  }

  /** What the command line did becomes an event. */
  handlers(): Handlers {
    return {
      response: async ({ record }) => {
        const { parseRecord, responseEvent } = await import('../response/index.ts')
        const parsed = parseRecord(JSON.stringify(record ?? ''))
        if (parsed === undefined) throw new AppError('usage', 'this is no record of a response')
        this.#options.tell(responseEvent(parsed))
        return 'told'
      },
    }
  }

  /** What has begun is brought to its end. */
  stop(): Promise<void> {
    return this.#last
  }

  async #attempt(act: (responses: Responses) => Promise<void>): Promise<void> {
    try {
      this.#responses ??= this.#load()
      await act(await this.#responses)
    } catch (thrown) {
      this.#options.onNotice(`nothing was done about an incident: ${messageOf(thrown)}`)
    }
  }

  async #load(): Promise<Responses> {
    const { createResponses, responseEvent } = await import('../response/index.ts')
    return createResponses({
      ...responsesOf(this.#options.config),
      onRecord: (record) => {
        this.#options.tell(responseEvent(record))
      },
    })
  }
}
