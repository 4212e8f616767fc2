// The sensor's part in the host's audit records. Audit is used when it is on (auditd runs, or another sensor needs it):
// a host that does not want it is not given it for logins, which logs and wtmp tell as well.

import { messageOf } from '../../base/app-error.ts'
import { AuditChannel } from '../../platform/linux/audit-channel.ts'
import { type AuditSource, openAuditSource } from '../../platform/linux/audit.ts'
import type { SensorContext } from '../sensor.ts'
import { factOfRecord, loginRecordTypes } from './audit-facts.ts'
import type { LoginFact } from '../../evidence/logins/index.ts'

export type AuditUse = 'when-on' | 'always' | 'never'

const askEveryMs = 60_000

export class AuditPart {
  readonly #context: SensorContext
  readonly #use: AuditUse
  readonly #onFact: (fact: LoginFact) => void
  #source: AuditSource | undefined
  #why = ''
  #nextAskMs = 0
  #opening: Promise<void> | undefined
  #isClosed = false

  constructor(context: SensorContext, use: AuditUse, onFact: (fact: LoginFact) => void) {
    this.#context = context
    this.#use = use
    this.#onFact = onFact
  }

  /** Why there is none; undefined when it stands. */
  get refused(): string | undefined {
    return this.#source === undefined ? this.#why : undefined
  }

  get tier(): string | undefined {
    return this.#source === undefined ? undefined : `audit-${this.#source.figures().mode}`
  }

  /** Never throws. */
  async open(): Promise<void> {
    this.#nextAskMs = Date.now() + askEveryMs
    try {
      if (this.#use === 'never') {
        this.#why = 'it is not wanted'
        return
      }
      if (this.#use === 'when-on' && !(await isAuditOn())) {
        this.#why = 'audit is off on this host'
        return
      }
      const source = await openAuditSource({ onLoss: this.#context.lost, onNotice: this.#context.notice })
      if (this.#isClosed) {
        await source.close()
        return
      }
      source.listen(loginRecordTypes, (record) => {
        const fact = factOfRecord(record)
        if (fact !== undefined) this.#onFact(fact)
      })
      this.#source = source
    } catch (thrown) {
      this.#why = messageOf(thrown)
    }
  }

  tick(nowMs: number): void {
    if (this.#source !== undefined) {
      this.#source.tick()
      return
    }
    if (this.#use === 'never' || nowMs < this.#nextAskMs || this.#opening !== undefined) return
    this.#opening = this.open().finally(() => {
      this.#opening = undefined
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#opening
    await this.#source?.close()
    this.#source = undefined
  }
}

/** Throws AppError where audit is not to be had. */
async function isAuditOn(): Promise<boolean> {
  const channel = new AuditChannel(
    { multicast: false, receiveBytes: 65_536, datagramsPerCall: 1 },
    () => undefined,
  )
  try {
    const { enabled, pid } = await channel.status()
    return enabled !== 0 || pid !== 0
  } finally {
    channel.close()
  }
}
