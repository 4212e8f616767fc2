// How this process gets the host's audit records: sent to it alone when no other auditd runs (unicast), else as one of
// many readers (multicast, AUDIT_NLGRP_READLOG). What has to be set in the kernel for it is put back in the end, also
// by the next process when this one has crashed.

import { readFileSync } from 'node:fs'

import { AppError } from '../../base/app-error.ts'
import { AuditChannel, type TakeRecord } from './audit-channel.ts'
import { isAbandoned, isHaechiKey, ownKey } from './audit-rule.ts'
import type { AuditStatus } from './audit-status.ts'
import { errnoName } from './libc.ts'

export type AuditMode = 'unicast' | 'multicast'

/** Durable memory: what was set before us. `SensorState` is one. */
export interface AuditMemory {
  load(name: string): unknown
  save(name: string, value: unknown): void
}

/** Settings of the kernel that are changed while we are registered. */
interface Settings {
  readonly enabled: number
  readonly backlogLimit: number
  readonly backlogWaitTime: number
}

const memoryName = 'audit'
const eventOptions = { receiveBytes: 32 * 1024 * 1024, datagramsPerCall: 64 } as const
const controlReceiveBytes = 256 * 1024
const minBacklog = 16_384
const locked = 2
const panics = 2
/** After auditd has asked, it has this time to come back. */
const graceMs = 10_000
const noRecord: TakeRecord = () => undefined

/** Who gets the records of the host. */
export interface Delivery {
  readonly take: TakeRecord
  /** They come by another way from now on, where some may come again. */
  readonly switched: () => void
}

export class AuditRegistration {
  readonly control: AuditChannel
  mode: AuditMode = 'multicast'
  readonly #delivery: Delivery
  readonly #memory: AuditMemory | undefined
  #events: AuditChannel
  #before: Settings | undefined

  #graceUntilMs = 0

  private constructor(control: AuditChannel, delivery: Delivery, memory: AuditMemory | undefined) {
    this.control = control
    this.#events = control
    this.#delivery = delivery
    this.#memory = memory
  }

  /** Throws AppError where audit is not to be had. */
  static async open(delivery: Delivery, memory: AuditMemory | undefined): Promise<AuditRegistration> {
    const channelOptions = { multicast: false, receiveBytes: controlReceiveBytes, datagramsPerCall: 8 }
    const registration = new AuditRegistration(new AuditChannel(channelOptions, noRecord), delivery, memory)
    try {
      await registration.#prepare()
      await registration.#register()
      return registration
    } catch (thrown) {
      await registration.close()
      throw thrown
    }
  }

  /** Where records come from now. */
  get events(): AuditChannel {
    return this.#events
  }

  /** Puts in order what others have changed, and says so; undefined when nothing was. `status` is a fresh one. */
  async keep(status: AuditStatus): Promise<string | undefined> {
    if (status.enabled === 0) {
      await this.control.change({ enabled: 1 })
      return 'audit had been switched off; it is on again'
    }
    const free = this.mode === 'multicast' && !isAlive(status.pid) && performance.now() > this.#graceUntilMs
    if (free && (await this.#registerUnicast())) {
      return 'auditd has ended: audit records are now sent to Haechi'
    }
    if (this.mode === 'unicast' && status.pid !== process.pid) {
      await this.#register()
      return `audit records were no longer sent to Haechi; it gets them by ${this.mode} now`
    }
    return undefined
  }

  /** Another auditd wants to have the records: it gets them, and we read beside it. */
  async giveWay(): Promise<void> {
    if (this.mode !== 'unicast') return
    this.#graceUntilMs = performance.now() + graceMs
    const next = openMulticast()
    await this.#events.change({ pid: 0 })
    this.#switch(next, 'multicast')
  }

  /** Ends the delivery and puts the settings back. Never throws. */
  async close(): Promise<void> {
    try {
      if (this.mode === 'unicast' && this.#events !== this.control) await this.#events.change({ pid: 0 })
      await this.#restore()
    } catch {
      // The kernel refuses what it granted before: nothing is left to try.
    } finally {
      if (this.#events !== this.control) this.#events.close()
      this.control.close()
    }
  }

  async #prepare(): Promise<void> {
    const status = await this.control.status()
    if (status.failure === panics)
      throw new AppError('unsupported', 'audit is set to panic when a record is lost; its load is not raised')
    this.#before = this.#remembered() ?? settingsOf(status)
    this.#memory?.save(memoryName, { boot: bootId(), ...this.#before })
    for (const rule of await this.control.rules()) {
      if (isAbandoned(rule.key)) await this.control.deleteRule(rule.data)
    }
  }

  /** Settings from before a crash of ours since the last boot. */
  #remembered(): Settings | undefined {
    const kept = this.#memory?.load(memoryName) as Partial<Settings & { boot: string }> | null | undefined
    if (typeof kept !== 'object' || kept === null || kept.boot !== bootId()) return undefined
    const { enabled, backlogLimit, backlogWaitTime } = kept
    if (![enabled, backlogLimit, backlogWaitTime].every((value) => isCount(value))) return undefined
    return { enabled, backlogLimit, backlogWaitTime } as Settings
  }

  async #register(): Promise<void> {
    const status = await this.control.status()
    if (isAlive(status.pid) || !(await this.#registerUnicast())) {
      this.#switch(openMulticast(), 'multicast')
      if (status.backlogLimit < minBacklog) await this.control.change({ backlogLimit: minBacklog })
    }
    if (status.enabled === 0) mustSucceed(await this.control.change({ enabled: 1 }), 'switching audit on')
  }

  /** False when another process has them. */
  async #registerUnicast(): Promise<boolean> {
    // Until all is taken from the old channel, what comes here comes there too.
    const events = new AuditChannel({ ...eventOptions, multicast: false }, noRecord)
    // A reader that is stuck must never hold up the host: records are lost then, and counted.
    await this.control.change({
      backlogWaitTime: 0,
      backlogLimit: Math.max(minBacklog, this.#backlogBefore()),
    })
    const error = await events.change({ pid: process.pid })
    if (error !== 0) {
      events.close()
      await this.control.change({ backlogWaitTime: this.#before?.backlogWaitTime ?? 0 })
      return false
    }
    this.#switch(events, 'unicast')
    return true
  }

  #switch(next: AuditChannel, mode: AuditMode): void {
    if (this.#events !== this.control) {
      this.#events.receive(Number.MAX_SAFE_INTEGER)
      this.#events.close()
    }
    this.#events = next
    this.mode = mode
    this.#delivery.switched()
    next.take = this.#delivery.take
  }

  #backlogBefore(): number {
    return this.#before?.backlogLimit ?? 0
  }

  async #restore(): Promise<void> {
    const before = this.#before
    if (before === undefined) return
    const key = ownKey()
    let others = false
    for (const rule of await this.control.rules()) {
      if (rule.key === key) await this.control.deleteRule(rule.data)
      else if (isHaechiKey(rule.key)) others = true
    }
    const { pid, enabled, backlogLimit } = await this.control.status()
    // An auditd has set what it needs, but for the backlog that we have raised; others of ours still need all.
    if (isAlive(pid) && backlogLimit === minBacklog)
      await this.control.change({ backlogLimit: before.backlogLimit })
    else if (!others && !isAlive(pid))
      await this.control.change(enabled === locked ? withoutEnabled(before) : before)
    this.#memory?.save(memoryName, null)
  }
}

function openMulticast(): AuditChannel {
  return new AuditChannel({ ...eventOptions, multicast: true }, noRecord)
}

function withoutEnabled({ backlogLimit, backlogWaitTime }: Settings): Omit<Settings, 'enabled'> {
  return { backlogLimit, backlogWaitTime }
}

function settingsOf({ enabled, backlogLimit, backlogWaitTime }: AuditStatus): Settings {
  return { enabled, backlogLimit, backlogWaitTime }
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
}

function mustSucceed(error: number, what: string): void {
  if (error !== 0) throw new AppError('kernel', `${what} failed with ${errnoName(error)}`)
}
