// A netlink socket to the kernel's audit system: requests with their answers, and records where it takes part in their
// delivery. Nothing blocks: an answer that a thread of the kernel sends later is waited for with timers.

import { setTimeout as delay } from 'node:timers/promises'

import { AppError } from '../../base/app-error.ts'
import { type LoadedRule, decodeRule } from './audit-rule.ts'
import { type AuditChange, type AuditStatus, decodeStatus, encodeChange } from './audit-status.ts'
import { errnoName } from './libc.ts'
import {
  Flag,
  MessageType,
  messageHeaderBytes,
  type NetlinkSocket,
  openNetlink,
  Protocol,
} from './netlink.ts'

/** `nlmsg_type`s of requests (linux/audit.h). */
const Request = { get: 1000, set: 1001, addRule: 1011, deleteRule: 1012, listRules: 1013 } as const

/** Group of AUDIT_NLGRP_READLOG as a bit. */
const readLogGroup = 1
/** MAX_AUDIT_MESSAGE_LENGTH of libaudit is 8970; a rule with its texts may be longer. */
const maxDatagramBytes = 16 * 1024
const answerTimeoutMs = 1000
/** The kernel has no limit; nobody can use so many. */
const maxParts = 16_384
const errnos = { exist: 17, notFound: 2 } as const

export interface ChannelOptions {
  /** Joins the group that every record is sent to (CAP_AUDIT_READ). */
  readonly multicast: boolean
  readonly receiveBytes: number
  readonly datagramsPerCall: number
}

/** Takes the record at `buffer[start, end)` of the channel's socket, which is overwritten afterwards. Must not throw. */
export type TakeRecord = (type: number, start: number, end: number) => void

/** What ends an answer: the acknowledgement, one message, or the message that says so. */
type Ending = 'acknowledged' | 'answered' | 'done'

interface Answer {
  readonly ending: Ending
  readonly parts: Buffer[]
  /** 0 or an errno; undefined while nothing was said. */
  error: number | undefined
  finished: boolean
}

export class AuditChannel {
  readonly socket: NetlinkSocket
  /** Who gets the records. */
  take: TakeRecord
  readonly #answers = new Map<number, Answer>()

  /** Throws AppError. */
  constructor(options: ChannelOptions, take: TakeRecord) {
    this.take = take
    this.socket = openNetlink({
      protocol: Protocol.audit,
      groups: options.multicast ? readLogGroup : 0,
      receiveBytes: options.receiveBytes,
      maxDatagramBytes,
      datagramsPerCall: options.datagramsPerCall,
    })
  }

  /** Takes what waits, at most about `maxDatagrams`. True when there may be more. */
  receive(maxDatagrams: number): boolean {
    const { buffer } = this.socket
    // The kernel's lengths leave out the header in records: the datagram's own length counts.
    return this.socket.receive((start, end) => {
      if (end - start < messageHeaderBytes) return
      const type = buffer.readUInt16LE(start + 4)
      const sequence = buffer.readUInt32LE(start + 8)
      if (sequence === 0) this.take(type, start + messageHeaderBytes, end)
      else this.#answer(type, sequence, buffer.subarray(start + messageHeaderBytes, end))
    }, maxDatagrams)
  }

  /** Throws AppError `permission` without CAP_AUDIT_CONTROL, `kernel` otherwise. */
  async status(): Promise<AuditStatus> {
    const answer = await this.#ask(Request.get, new Uint8Array(), 'answered')
    const status = answer.parts[0] === undefined ? undefined : decodeStatus(answer.parts[0])
    if (status === undefined) throw auditFault('AUDIT_GET', answer.error)
    return status
  }

  /** 0 or an errno. */
  async change(change: AuditChange): Promise<number> {
    const { error } = await this.#ask(Request.set, encodeChange(change), 'acknowledged')
    return error ?? noAnswer
  }

  /** True when it was added, false when the same rule was there. Throws AppError. */
  async addRule(data: Buffer): Promise<boolean> {
    const { error } = await this.#ask(Request.addRule, data, 'acknowledged')
    if (error === errnos.exist) return false
    if (error !== 0) throw auditFault('AUDIT_ADD_RULE', error)
    return true
  }

  /** True when it was there. Throws AppError. */
  async deleteRule(data: Buffer): Promise<boolean> {
    const { error } = await this.#ask(Request.deleteRule, data, 'acknowledged')
    if (error === errnos.notFound) return false
    if (error !== 0) throw auditFault('AUDIT_DEL_RULE', error)
    return true
  }

  /** The rules that the kernel holds. Throws AppError. */
  async rules(): Promise<readonly LoadedRule[]> {
    const answer = await this.#ask(Request.listRules, new Uint8Array(), 'done')
    if (!answer.finished || (answer.error ?? 0) !== 0) throw auditFault('AUDIT_LIST_RULES', answer.error)
    return answer.parts.map(decodeRule).filter((rule) => rule !== undefined)
  }

  close(): void {
    this.socket.close()
  }

  async #ask(type: number, payload: Uint8Array, ending: Ending): Promise<Answer> {
    const flags = ending === 'acknowledged' ? Flag.request | Flag.ack : Flag.request
    const sequence = this.socket.send(type, flags, payload)
    const answer: Answer = { ending, parts: [], error: undefined, finished: false }
    this.#answers.set(sequence, answer)
    const end = performance.now() + answerTimeoutMs
    try {
      for (;;) {
        this.receive(receivedWhileAsking)
        if (answer.finished || performance.now() > end) return answer
        await delay(1)
      }
    } finally {
      this.#answers.delete(sequence)
    }
  }

  #answer(type: number, sequence: number, data: Buffer): void {
    const answer = this.#answers.get(sequence)
    if (answer === undefined) return
    if (type === MessageType.error) {
      answer.error = data.length < 4 ? noAnswer : -data.readInt32LE(0)
      answer.finished = true
    } else if (type === MessageType.done) {
      answer.finished = true
    } else if (answer.parts.length < maxParts) {
      answer.parts.push(Buffer.from(data))
      answer.finished = answer.ending === 'answered'
    }
  }
}

/** ETIMEDOUT */
const noAnswer = 110
const receivedWhileAsking = 4096

function auditFault(call: string, error: number | undefined): AppError {
  const code = error ?? noAnswer
  // EPERM also says that the rules are locked, ECONNREFUSED that this is no place for audit (a user namespace).
  const kind = code === 1 || code === 13 ? 'permission' : 'kernel'
  return new AppError(kind, `${call} failed with ${errnoName(code)}`)
}
