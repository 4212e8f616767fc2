// The one registration of this process with the kernel's audit system and those who share it: records are handed to
// who listens for their type, rules are counted, and what was lost is told.

import { messageOf } from '../../base/app-error.ts'
import { SerialGaps } from './audit-gaps.ts'
import { AuditRecord, type AuditStamp, readStamp, RecordType } from './audit-record.ts'
import { type AuditMemory, type AuditMode, AuditRegistration } from './audit-registration.ts'
import { Action, type CallRule, encodeCallRule, List, ownKey } from './audit-rule.ts'

type AuditListener = (record: AuditRecord) => void

/** What did not reach us. */
export interface AuditLoss {
  /** `audit`: records, as the kernel counts what it lost. `audit-missing`: events whose numbers did not come. */
  readonly source: string
  /** 0 when it is only known that there may have been some. */
  readonly count: number
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

export interface AuditOptions {
  /** System calls to be told of while this source is open; `RecordType.syscall` and more are then sent for each. */
  readonly rules?: readonly CallRule[]
  /** Keeps what the kernel had set before us, so that it is put back even after a crash: the sensor's state. */
  readonly memory?: AuditMemory
  /** Each loss is told to one of the open sources only: it is counted once. Must not throw. */
  readonly onLoss: (loss: AuditLoss) => void
  /** After a loss, told to every open source: what is true now has to be looked up again. Must not throw. */
  readonly onGap?: () => void
  /** One sentence for the administrator; told to one of the open sources only. Must not throw. */
  readonly onNotice: (message: string) => void
}

export interface AuditFigures {
  /** How records come: `unicast` (as auditd gets them), or `multicast` (beside one). */
  readonly mode: AuditMode
  /** Records received. */
  readonly records: number
  /** Records that the kernel lost since the registration. */
  readonly lost: number
  /** Events whose numbers did not come. */
  readonly missing: number
  /** Records waiting in the kernel when last asked. */
  readonly backlog: number
  /** Datagrams that are no records. */
  readonly refused: number
}

export interface AuditSource {
  /** `listener` is told every record of these types, in the kernel's order. Quick; must not throw. */
  listen(types: readonly number[], listener: AuditListener): void
  /** Takes what the kernel has queued, for all sources of the process; as often as the sensor's own `tick`. */
  tick(): void
  figures(): AuditFigures
  /** Why system calls cannot be seen although rules were accepted, one sentence; undefined when they can. */
  blindness(): string | undefined
  /** Ends this source; with the last one of the process the kernel is left as it was. Never throws. */
  close(): Promise<void>
}

interface User {
  readonly options: AuditOptions
  readonly listeners: Map<number, AuditListener[]>
  readonly rules: readonly Buffer[]
}

const checkEveryMs = 1000
/** A tick ends after this time; the rest is taken by the next. */
const tickBudgetMs = 8
const datagramsAtOnce = 256

export class AuditCore {
  readonly #users: User[] = []
  /** Lists of the users, joined. */
  readonly #listeners = new Map<number, readonly AuditListener[]>()
  /** How many users want each rule. */
  readonly #rules = new Map<string, number>()
  readonly #gaps = new SerialGaps()
  readonly #stamp: AuditStamp = { timeMs: 0, serial: 0, bodyStart: 0 }
  readonly #openedWallMs = Date.now()
  #registration: AuditRegistration | undefined
  /** Serials up to here have come by the way that was used before. */
  #floor = 0
  #records = 0
  #refused = 0
  #missing = 0
  #backlog = 0
  #lost = 0
  #lostAtStart = 0
  #checkedAtMs = performance.now()
  #checkedWallMs = Date.now()
  #checking: Promise<void> | undefined
  /** Another auditd has asked for the records. */
  #wanted = false
  #blindness: string | undefined

  /** Registers with the kernel. Throws AppError. */
  async open(memory: AuditMemory | undefined): Promise<void> {
    const delivery = {
      take: (type: number, start: number, end: number): void => this.#take(type, start, end),
      switched: (): void => {
        this.#floor = this.#gaps.highest
      },
    }
    this.#registration = await AuditRegistration.open(delivery, memory)
    this.#lostAtStart = (await this.#registration.control.status()).lost
  }

  get users(): number {
    return this.#users.length
  }

  /** Throws AppError when the kernel refuses a rule. */
  async add(options: AuditOptions): Promise<AuditSource> {
    const key = ownKey()
    const user: User = {
      options,
      listeners: new Map(),
      rules: (options.rules ?? []).flatMap((rule) => encodeCallRule(rule, key)),
    }
    this.#users.push(user)
    try {
      for (const rule of user.rules) await this.#addRule(rule)
      await this.#lookForBlindness()
    } catch (thrown) {
      await this.#remove(user)
      throw thrown
    }
    return this.#sourceFor(user)
  }

  async close(): Promise<void> {
    await this.#checking
    await this.#registration?.close()
    this.#registration = undefined
  }

  #sourceFor(user: User): AuditSource {
    return {
      listen: (types, listener) => {
        for (const type of types) user.listeners.set(type, [...(user.listeners.get(type) ?? []), listener])
        this.#join()
      },
      tick: () => this.#tick(),
      figures: () => this.#figures(),
      blindness: () => this.#blindness,
      close: () => this.#remove(user),
    }
  }

  async #remove(user: User): Promise<void> {
    const index = this.#users.indexOf(user)
    if (index < 0) return
    this.#users.splice(index, 1)
    this.#join()
    for (const rule of user.rules) await this.#removeRule(rule)
  }

  #join(): void {
    this.#listeners.clear()
    for (const user of this.#users)
      for (const [type, listeners] of user.listeners)
        this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), ...listeners])
  }

  async #addRule(rule: Buffer): Promise<void> {
    const name = rule.toString('latin1')
    const users = this.#rules.get(name) ?? 0
    this.#rules.set(name, users + 1)
    if (users === 0) await this.#registration?.control.addRule(rule)
  }

  async #removeRule(rule: Buffer): Promise<void> {
    const name = rule.toString('latin1')
    const users = this.#rules.get(name) ?? 0
    if (users === 0) return
    this.#rules.set(name, users - 1)
    if (users > 1) return
    this.#rules.delete(name)
    try {
      await this.#registration?.control.deleteRule(rule)
    } catch {
      // Tried once more when the registration ends.
    }
  }

  /** A rule of the administrator may hide system calls from everybody. */
  async #lookForBlindness(): Promise<void> {
    const rules = (await this.#registration?.control.rules()) ?? []
    const hides = rules.some(({ list, action }) => list === List.task && action === Action.never)
    this.#blindness = hides ? 'the audit rule "-a never,task" hides all system calls' : undefined
  }

  #tick(): void {
    const events = this.#registration?.events
    if (events === undefined) return
    const end = performance.now() + tickBudgetMs
    while (events === this.#registration?.events && events.receive(datagramsAtOnce)) {
      if (performance.now() > end) break
    }
    const now = performance.now()
    if (this.#checking !== undefined || (!this.#wanted && now - this.#checkedAtMs < checkEveryMs)) return
    this.#checkedAtMs = now
    this.#checking = this.#checkSafely()
  }

  async #checkSafely(): Promise<void> {
    try {
      await this.#check()
    } catch (thrown) {
      this.#notice(`the state of audit cannot be read: ${messageOf(thrown)}`)
    } finally {
      this.#checking = undefined
    }
  }

  /** Once a second: what was lost, and whether the records still come to us. */
  async #check(): Promise<void> {
    const registration = this.#registration
    if (registration === undefined) return
    if (this.#wanted) {
      this.#wanted = false
      await registration.giveWay()
      this.#notice('auditd wants the audit records: Haechi reads beside it; start auditd once more')
    }
    const status = await registration.control.status()
    this.#backlog = status.backlog
    this.#tellLosses((status.lost - this.#lostAtStart) >>> 0)
    const changed = await registration.keep(status)
    if (changed === undefined) return
    this.#notice(changed)
    // Nobody knows how many.
    this.#tellLoss({
      source: 'audit',
      count: 0,
      from: this.#checkedWallMs - checkEveryMs,
      to: Date.now(),
    })
  }

  #tellLosses(lostNow: number): void {
    const from = this.#checkedWallMs
    const to = Date.now()
    this.#checkedWallMs = to
    // Set back by somebody (AUDIT_STATUS_LOST): counted anew.
    const lost = lostNow >= this.#lost ? lostNow - this.#lost : lostNow
    this.#lost = lostNow
    if (lost > 0) this.#tellLoss({ source: 'audit', count: lost, from, to })
    const missing = this.#gaps.takeLost(performance.now())
    // The kernel does not count what it drops for a reader that did not read for half a second (kauditd_hold_skb), nor
    // for one beside auditd. What it counts has mostly got no number yet.
    this.#missing += missing
    if (missing > 0) this.#tellLoss({ source: 'audit-missing', count: missing, from, to })
  }

  #tellLoss(loss: AuditLoss): void {
    this.#users[0]?.options.onLoss(loss)
    for (const { options } of this.#users) options.onGap?.()
  }

  #notice(message: string): void {
    this.#users[0]?.options.onNotice(message)
  }

  #figures(): AuditFigures {
    return {
      mode: this.#registration?.mode ?? 'multicast',
      records: this.#records,
      lost: this.#lost,
      missing: this.#missing,
      backlog: this.#backlog,
      refused: this.#refused,
    }
  }

  #take(type: number, start: number, end: number): void {
    if (type === RecordType.replace) {
      this.#wanted = true
      return
    }
    const buffer = this.#registration?.events.socket.buffer
    const stamp = this.#stamp
    if (buffer === undefined || !readStamp(buffer, start, end, stamp)) {
      this.#refused++
      return
    }
    if (stamp.serial <= this.#floor) return
    this.#records++
    // Numbers from before are those of records that waited for a reader.
    if (stamp.timeMs >= this.#openedWallMs) this.#gaps.see(stamp.serial, performance.now())
    const listeners = this.#listeners.get(type)
    if (listeners === undefined) return
    const body = buffer.toString('latin1', stamp.bodyStart, bodyEnd(buffer, stamp, end))
    const record = new AuditRecord(type, stamp, body)
    for (const listener of listeners) listener(record)
  }
}

/** Programs may send a zero or a line feed at the end. */
function bodyEnd(buffer: Buffer, { bodyStart }: AuditStamp, end: number): number {
  let last = end
  while (last > bodyStart && (buffer[last - 1] === 0 || buffer[last - 1] === 0x0a)) last--
  return last
}
