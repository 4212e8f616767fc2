// What the daemon does about incidents: by policy, and what it is told that was done by hand. The code of the responses is
// loaded when it is first needed; most hosts never respond.

import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../base/app-error.ts'
import { type Config, responsesOf } from '../config/index.ts'
import { pathText } from '../base/text.ts'
import type { Event, Incident } from '../model/index.ts'
import type { Responses } from '../response/index.ts'
import type { Handlers } from './control-socket.ts'
import type { Decision } from './guard.ts'

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
  /** When a file that was found has last led to a collection, or to none. */
  #foundMs = 0

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

  /** A malicious file starts a collection, where the configuration says so; one for all that are found in its spacing. */
  onDecision({ verdict, path, pid }: Decision): void {
    const { collect, response } = this.#options.config
    const now = Date.now()
    if (!collect.onFound || verdict.status !== 'found' || now - this.#foundMs < collect.spacingMs) return
    this.#foundMs = now
    const why = `${verdict.detections[0]?.name ?? 'malware'} was found in ${pathText(path)}`
    const target = pid > 0 ? String(pid) : ''
    this.#last = this.#last.then(() =>
      this.#attempt(async (responses) => {
        const prepared = await responses.prepare({ action: 'collect', target, why, by: 'policy' })
        if (response.mode === 'act') await responses.apply(prepared)
        else responses.tell(prepared, 'the policy is in dry-run mode')
      }, `no evidence was collected (${why})`),
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

  async #attempt(
    act: (responses: Responses) => Promise<void>,
    otherwise = 'nothing was done about an incident',
  ): Promise<void> {
    try {
      this.#responses ??= this.#load()
      await act(await this.#responses)
    } catch (thrown) {
      this.#options.onNotice(`${otherwise}: ${messageOf(thrown)}`)
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
