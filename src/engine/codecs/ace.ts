// One packed file of an ACE archive: ACE 1.0 (LZ77) and ACE 2.0 (blocks of several modes). There is no published
// specification; this follows the behaviour of unace 1.2 and what acefile.py documents. The history may be that of the
// file before, in a solid archive.

import type { ByteSource } from '../source/byte-source.ts'
import { AceBits } from './ace-bits.ts'
import { AceLz77 } from './ace-lz77.ts'
import type { Codec } from './codec.ts'
import type { History } from './history.ts'

const mode = { lz77: 0, delta: 1, exe: 2 } as const
const stepBytes = 64 * 1024
const opcodeCall = 0xe8
const opcodeJump = 0xe9
const longestInstruction = 5
const nothing = new Uint8Array(0)

export interface AceOptions {
  /** Unpacked bytes. */
  readonly size: number
  /** ACE 2.0: the mode may change. */
  readonly isBlocked: boolean
  readonly history: History
}

export class Ace implements Codec {
  readonly #bits: AceBits
  readonly #history: History
  readonly #lz77: AceLz77
  readonly #size: number
  readonly #isBlocked: boolean
  /** Bytes taken from the LZ77 part, and bytes delivered. */
  #decoded = 0
  #delivered = 0
  #mode: number = mode.lz77
  #nextMode: number | undefined
  #exeMode = 0
  #deltaPlanes = 1
  #deltaBytes = 0
  #lastDelta = 0
  /** Transformed bytes to deliver, and bytes of an instruction that is not complete yet. */
  #ready: Uint8Array = nothing
  #held: Uint8Array = nothing
  #fault: string | undefined
  #isUnsupported = false

  constructor(input: ByteSource, start: number, end: number, { size, isBlocked, history }: AceOptions) {
    this.#bits = new AceBits(input, start, end)
    this.#history = history
    this.#lz77 = new AceLz77(this.#bits, history)
    this.#size = size
    this.#isBlocked = isBlocked
  }

  get consumed(): number {
    return this.#bits.consumed
  }

  get fault(): string | undefined {
    return this.#bits.thrown === undefined ? this.#fault : undefined
  }

  get isUnsupported(): boolean {
    return this.#isUnsupported
  }

  read(out: Uint8Array): number {
    while (this.#ready.length === 0 && this.#delivered < this.#size && this.#fault === undefined)
      this.#produce()
    const count = Math.min(out.length, this.#ready.length)
    out.set(this.#ready.subarray(0, count))
    this.#ready = this.#ready.subarray(count)
    this.#delivered += count
    if (count === 0 && this.#bits.thrown !== undefined) throw this.#bits.thrown
    return count
  }

  #produce(): void {
    if (this.#nextMode !== undefined) this.#enter(this.#nextMode)
    if (this.#ready.length > 0) return
    if (this.#mode === mode.delta) this.#ready = this.#delta()
    else if (this.#mode === mode.exe) this.#ready = this.#exe()
    else this.#ready = this.#lz(stepBytes)
    const isStuck = this.#ready.length === 0 && this.#nextMode === undefined && this.#decoded >= this.#size
    if (isStuck) this.#fault ??= 'the ACE data do not end where they should'
  }

  /** Up to `count` bytes out of LZ77, copied: the history slides. Fewer before a change of mode. */
  #lz(count: number): Uint8Array {
    const wanted = Math.min(count, this.#size - this.#decoded)
    this.#history.makeRoom(wanted)
    const got = this.#lz77.decode(wanted)
    const bytes = new Uint8Array(got)
    this.#history.take(bytes)
    this.#decoded += got
    this.#fault ??= this.#lz77.fault
    if (this.#lz77.isModeNext) this.#readMode()
    return bytes
  }

  #readMode(): void {
    this.#lz77.isModeNext = false
    const bits = this.#bits
    this.#nextMode = bits.take(8)
    if (this.#nextMode === mode.delta) {
      this.#deltaPlanes = bits.take(8)
      this.#deltaBytes = bits.take(17)
    } else if (this.#nextMode === mode.exe) this.#exeMode = bits.take(8)
    if (!this.#isBlocked) this.#fault = 'ACE 1.0 data change their mode'
    else if (this.#nextMode > mode.exe) {
      this.#isUnsupported = true
      this.#fault = this.#nextMode > 7 ? 'an unknown mode of ACE 2.0' : 'a sound or picture mode of ACE 2.0'
    } else if (this.#nextMode === mode.delta && (this.#deltaPlanes === 0 || this.#deltaBytes === 0)) {
      this.#fault = 'a mode of the ACE data has no size'
    }
  }

  #enter(next: number): void {
    this.#mode = next
    this.#nextMode = undefined
    if (next === mode.exe) return
    // An instruction that was cut by the change stays as it is.
    this.#ready = this.#held
    this.#held = nothing
  }

  /** A group of planes, each the differences of every n-th byte. */
  #delta(): Uint8Array {
    const planes = this.#deltaPlanes
    const bytes = new Uint8Array(Math.min(this.#deltaBytes, this.#size - this.#decoded))
    let length = 0
    while (length < bytes.length && this.#fault === undefined) {
      const part = this.#lz(bytes.length - length)
      bytes.set(part, length)
      length += part.length
      if (length === 0 && this.#nextMode !== undefined) return nothing
    }
    for (let at = 0; at < length; at++) {
      this.#lastDelta = (this.#lastDelta + bytes[at]!) & 0xff
      bytes[at] = this.#lastDelta
    }
    const planeBytes = Math.floor(length / planes)
    const out = new Uint8Array(length)
    let to = 0
    for (let at = 0; at < planeBytes; at++) {
      for (let from = at; from < length && to < length; from += planeBytes) out[to++] = bytes[from]!
    }
    return out.subarray(0, to)
  }

  /** Turns the absolute targets of x86 calls and jumps back into relative ones. */
  #exe(): Uint8Array {
    const raw = this.#lz(stepBytes)
    const bytes = Buffer.concat([this.#held, raw])
    const isLast = this.#decoded >= this.#size || this.#nextMode !== undefined
    const end = isLast && this.#nextMode !== mode.exe ? bytes.length : bytes.length - longestInstruction + 1
    let at = 0
    while (at < end) {
      const opcode = bytes[at]
      const isLong = opcode === opcodeCall && this.#exeMode !== 0
      if ((opcode !== opcodeCall && opcode !== opcodeJump) || at + longestInstruction > bytes.length) at++
      else at = relocate(bytes, at, this.#delivered + at, isLong)
    }
    const done = Math.max(0, Math.min(at, bytes.length))
    this.#held = bytes.subarray(done)
    return bytes.subarray(0, done)
  }
}

function relocate(bytes: Buffer, at: number, position: number, isLong: boolean): number {
  if (isLong) {
    bytes.writeInt32LE((bytes.readInt32LE(at + 1) - position) | 0, at + 1)
    return at + 5
  }
  bytes.writeUInt16LE((bytes.readUInt16LE(at + 1) - position) & 0xffff, at + 1)
  return at + 3
}
