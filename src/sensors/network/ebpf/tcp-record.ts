// A record of a TCP state change as the tracker wants it. One object for all records: each field is read when it is asked
// for, because most records need few of them.

import { type TcpState, tcpStates } from '../../../platform/linux/sock-diag.ts'
import type { Address } from '../flow.ts'
import type { StateChange } from '../tcp-tracker.ts'
import { type Owner, readCounter, readLocal, readOwner, readRemote, readSocket, readTime } from './decode.ts'
import { at, countersAt } from './layout.ts'

export class TcpRecord implements StateChange {
  #data: Buffer = Buffer.alloc(0)
  #record = 0

  /** Reads the record at `record` of `data` from now on, as long as both are valid. */
  use(data: Buffer, record: number): this {
    this.#data = data
    this.#record = record
    return this
  }

  get socket(): number {
    return readSocket(this.#data, this.#record)
  }

  get cookie(): bigint {
    return this.#data.readBigUInt64LE(this.#record + at.cookie)
  }

  get from(): TcpState {
    return tcpStates[this.#data[this.#record + at.from] ?? 0] ?? ''
  }

  get to(): TcpState {
    return tcpStates[this.#data[this.#record + at.to] ?? 0] ?? ''
  }

  get timeNs(): bigint {
    return readTime(this.#data, this.#record)
  }

  get owner(): Owner | undefined {
    return readOwner(this.#data, this.#record)
  }

  get local(): Address {
    return readLocal(this.#data, this.#record)
  }

  get remote(): Address {
    return readRemote(this.#data, this.#record)
  }

  get netns(): number {
    return this.#data.readUInt32LE(this.#record + at.netns)
  }

  get error(): number {
    return this.#data.readUInt32LE(this.#record + at.detail)
  }

  get sent(): number {
    return this.#counter(countersAt.sent) - this.#counter(countersAt.sentAgain)
  }

  get received(): number {
    return this.#counter(countersAt.received)
  }

  #counter(place: number): number {
    return readCounter(this.#data, this.#record, place)
  }
}
