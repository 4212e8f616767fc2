// The members of one archive as 7-Zip extracts them, one after the other, each as a stream. Whoever looks back in a member
// that is too large to be held makes 7-Zip begin again.

import type { Budget } from '../limits.ts'
import type { ByteSource } from '../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../source/decoded-source.ts'
import { MessageLog } from './messages.ts'
import { kinds } from './protocol.ts'
import { type Ending, type Run, startRun } from './run.ts'

export interface ExtractionRequest {
  readonly source: ByteSource
  /** 7-Zip's own name of the format (`7zz i`). */
  readonly type: string
  /** Base name of the archive: 7-Zip derives the names of further volumes from it. */
  readonly name: string
  readonly password: string
}

export interface ExtractedMember {
  readonly name: string
  /** Number of the entry, from 1, the same in every extraction. */
  readonly serial: number
  readonly source: ByteSource
}

/** The longest name that is given to 7-Zip. */
const longestName = 120

/** A base name that 7-Zip takes as one: no folders, wildcards or control characters. */
function plainName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}._ +=@()-]/gu, '_').slice(-longestName)
  return /^\.*$/.test(plain) ? 'archive' : plain
}

export class Extraction implements Disposable {
  readonly #request: ExtractionRequest
  readonly #budget: Budget
  readonly #path: string
  readonly log: MessageLog
  #run: Run | undefined
  /** The entry that the run is at. */
  #serial = 0
  #item = ''
  #isInMember = false
  /** No byte of the entry has been taken. */
  #isFresh = false
  /** Lines about entries before this one have been read. */
  #mutedBelow = 0
  #position = 0

  constructor(request: ExtractionRequest, budget: Budget) {
    this.#request = request
    this.#budget = budget
    this.#path = `/in/${plainName(request.name)}`
    this.log = new MessageLog(this.#path)
  }

  /** How 7-Zip ended; undefined while it runs. */
  get ending(): Ending | undefined {
    return this.#run?.ending
  }

  /** False: too many archives are open inside each other. */
  start(): boolean {
    const { source, type, password } = this.#request
    const args = [
      'e',
      '-y',
      '-aoa',
      '-bd',
      '-bb1',
      '-bse1',
      `-t${type}`,
      `-p${password}`,
      '-o/out',
      '--',
      this.#path,
    ]
    this.#run = startRun(source, { args, name: this.#path.slice('/in/'.length) }, this.#budget)
    this.#serial = 0
    this.#item = ''
    this.#isInMember = false
    return this.#run !== undefined
  }

  /** The next file; folders and links are only counted. What was left of the one before is skipped. */
  next(): ExtractedMember | undefined {
    this.#run?.skipBelow(this.#serial + 1)
    while (this.#isInMember) this.#step()
    while (this.#run?.peek() !== undefined) {
      const before = this.#serial
      this.#step()
      if (this.#serial === before) continue
      if (this.#isInMember && this.#hasContent()) return this.#member()
      this.#budget.countMember()
    }
    return undefined
  }

  /** An empty file may turn out to be a link. */
  #hasContent(): boolean {
    if (this.#run?.peek()?.kind !== kinds.end) return true
    this.#step()
    return this.#run.peek()?.kind !== kinds.link
  }

  #member(): ExtractedMember {
    const serial = this.#serial
    const name = this.#item
    this.#isFresh = true
    return { name, serial, source: new DecodedSource(() => this.#open(serial), this.#budget) }
  }

  #open(serial: number): Decoder {
    if (this.#serial !== serial || !this.#isFresh) this.#restartAt(serial)
    this.#isFresh = false
    const consumed = (): number => this.#run?.archiveBytes ?? 0
    return {
      read: (out) => (this.#serial === serial ? this.#read(out) : 0),
      get consumed() {
        return consumed()
      },
    }
  }

  #restartAt(serial: number): void {
    this.#mutedBelow = Math.max(this.#mutedBelow, this.#serial)
    this[Symbol.dispose]()
    if (!this.start()) return
    this.#run?.skipBelow(serial)
    while (this.#serial < serial && this.#run?.peek() !== undefined) this.#step()
  }

  #read(out: Uint8Array): number {
    let count = 0
    while (count < out.length && this.#isInMember) {
      const message = this.#run?.peek()
      if (message?.kind !== kinds.data) {
        this.#step()
        continue
      }
      const part = message.payload.subarray(this.#position, this.#position + out.length - count)
      out.set(part, count)
      count += part.length
      this.#position += part.length
      if (this.#position === message.payload.length) this.#take()
    }
    return count
  }

  #take(): void {
    this.#position = 0
    this.#run?.take()
  }

  /** One message that is not wanted for its bytes. */
  #step(): void {
    const message = this.#run?.peek()
    if (message === undefined) {
      this.#isInMember = false
      return
    }
    if (message.kind === kinds.item) {
      this.#serial++
      this.#item = Buffer.from(message.payload).toString()
      this.#isInMember = message.value === 1
    } else if (message.kind === kinds.end) this.#isInMember = false
    else if (message.kind === kinds.line && this.#serial >= this.#mutedBelow) {
      this.log.line(Buffer.from(message.payload).toString(), { serial: this.#serial, name: this.#item })
    }
    this.#take()
  }

  [Symbol.dispose](): void {
    this.#run?.[Symbol.dispose]()
    this.#run = undefined
    this.#isInMember = false
    this.#position = 0
  }
}
