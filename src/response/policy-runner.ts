// Carries out what the policy decides, one incident after the other, and remembers what was done or told for which incident, also
// across restarts: the audit log knows.

import { messageOf } from '../base/app-error.ts'
import type { Incident } from '../model/index.ts'
import type { ResponseRecord } from './audit/record.ts'
import { decide, type Decision, type Earlier, exemptionOf, type Policy } from './policy.ts'
import type { ResponseRequest, Responses } from './request.ts'

/** Older ones are forgotten: an incident that grows for so long may be acted on again. */
const maxRemembered = 20_000

export interface PolicyTools {
  readonly responses: Responses
  /** What the audit log has. */
  readonly records: () => readonly ResponseRecord[]
  /** Writes down what cannot be done. */
  readonly refuse: (request: ResponseRequest, problem: string) => void
}

export class PolicyRunner {
  readonly #policy: Policy
  readonly #tools: PolicyTools
  #earlier: Earlier[] | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(policy: Policy, tools: PolicyTools) {
    this.#policy = policy
    this.#tools = tools
  }

  /** Never rejects. */
  take(incident: Incident): Promise<void> {
    if (this.#policy.rules.length === 0) return Promise.resolve()
    this.#last = this.#last.then(() => this.#respond(incident))
    return this.#last
  }

  async #respond(incident: Incident): Promise<void> {
    const now = Date.now()
    const earlier = this.#remembered()
    for (const decision of decide(this.#policy, incident, { earlier, now })) {
      const { action, target } = decision
      const entry = { incident: incident.id, action, target, time: now }
      const kind = await this.#carryOut(decision, incident.id)
      earlier.push({ ...entry, kind })
    }
    if (earlier.length > maxRemembered) earlier.splice(0, earlier.length - maxRemembered)
  }

  /** What came of it. */
  async #carryOut(decision: Decision, incident: number): Promise<Earlier['kind']> {
    const { action, target, why } = decision
    const { responses, refuse } = this.#tools
    const request: ResponseRequest = { action, target, why, by: 'policy', incident }
    try {
      const prepared = await responses.prepare(request)
      const exemption = exemptionOf(this.#policy, prepared.plan.touches)
      const limit = exemption === '' ? decision.limit : exemption
      if (limit === undefined) {
        await responses.apply(prepared)
        return 'acted'
      }
      responses.tell(prepared, limit)
    } catch (thrown) {
      this.#refuseQuietly(request, messageOf(thrown), refuse)
    }
    return 'told'
  }

  #refuseQuietly(request: ResponseRequest, problem: string, refuse: PolicyTools['refuse']): void {
    try {
      refuse(request, problem)
    } catch {
      // Not even the log can be written: nothing is done then, and the next incident finds it out again.
    }
  }

  #remembered(): Earlier[] {
    this.#earlier ??= readEarlier(this.#tools)
    return this.#earlier
  }
}

function readEarlier({ records }: PolicyTools): Earlier[] {
  try {
    return records()
      .flatMap(({ by, phase, action, target, time }) => {
        if (by.kind !== 'policy' || by.incident === undefined) return []
        if (phase !== 'planned' && phase !== 'refused' && phase !== 'begun') return []
        const kind = phase === 'begun' ? ('acted' as const) : ('told' as const)
        return [{ incident: by.incident, action, target, kind, time: Date.parse(time) }]
      })
      .slice(-maxRemembered)
  } catch {
    // A log that cannot be read cannot be written either: every action is refused for that.
    return []
  }
}
