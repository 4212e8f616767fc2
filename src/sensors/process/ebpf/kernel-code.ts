// Pieces that the programs share: reading members of the kernel's structs, counting, handing a record over.
// Registers by agreement: r6 to r9 belong to the program, r8 is the base of its record; r0 to r5 are lost in a piece.

import type { Assembler, Width } from '../../../platform/linux/bpf/assembler.ts'
import { Helper, R, type Register, ringNoWakeup } from '../../../platform/linux/bpf/instructions.ts'
import type { BpfMap } from '../../../platform/linux/bpf/maps.ts'

/** `typed`: loads that the verifier checks against BTF. `probed`: copies that a helper makes, for kernels without. */
export type Reading = 'typed' | 'probed'

export interface Member {
  readonly base: Register
  /** Bytes from the start of the struct. */
  readonly offset: number
}

/** Where the pieces keep a pointer that they read: 8 bytes at the end of the stack. */
const slot = -8

export class KernelCode {
  readonly a: Assembler
  readonly #reading: Reading

  constructor(assembler: Assembler, reading: Reading) {
    this.a = assembler
    this.#reading = reading
  }

  /** `record[at] = base->member`. */
  copy(width: Width, at: number, { base, offset }: Member): void {
    if (this.#reading === 'typed') this.a.load(width, R.r1, base, offset).store(width, R.r8, at, R.r1)
    else this.probe(width, { base: R.r8, offset: at }, { base, offset })
  }

  /** `dst = base->member`; a null pointer goes to `whenNull`. */
  pointer(dst: Register, { base, offset }: Member, whenNull: string): void {
    if (this.#reading === 'typed') this.a.load(8, dst, base, offset)
    else this.#probePointer(dst, { base, offset })
    this.a.jumpIf(dst, 'eq', 0, whenNull)
  }

  /** `dst = base->member` of at most 8 bytes. */
  value(width: 4 | 8, dst: Register, { base, offset }: Member): void {
    if (this.#reading === 'typed') {
      this.a.load(width, dst, base, offset)
      return
    }
    this.probe(width, { base: R.fp, offset: slot }, { base, offset })
    this.a.load(width, dst, R.fp, slot)
  }

  /** Copies any bytes of the kernel's memory; zeros where it cannot be read. */
  probe(bytes: number, to: Member, from: Member): void {
    // The source first: its base may be r1.
    this.a.address(R.r3, from.base, from.offset).address(R.r1, to.base, to.offset)
    this.a.constant(R.r2, bytes).call(Helper.probeReadKernel)
  }

  /** `record[0 … bytes] = 0`: what stands there is of an earlier run. */
  clear(bytes: number): void {
    for (let at = 0; at < bytes; at += 8) this.a.storeConstant(8, R.r8, at, 0)
  }

  /** `dst = ` the only value of a per-CPU array; jumps when there is none (there always is). */
  only(dst: Register, map: BpfMap, whenNull: string): void {
    this.a.storeConstant(4, R.fp, slot, 0).map(R.r1, map).address(R.r2, R.fp, slot)
    this.a.call(Helper.mapLookup).jumpIf(R.r0, 'eq', 0, whenNull).move(dst, R.r0)
  }

  /** Adds one to a counter of this CPU. */
  count(counters: BpfMap, index: number): void {
    const skip = this.a.freshLabel()
    this.only(R.r1, counters, skip)
    this.a
      .constant(R.r2, 1)
      .atomicAdd(R.r1, index * 8, R.r2)
      .label(skip)
  }

  /** Hands the record at r8 over; `bytes` is a number, or the register that has it. Goes on at `whenFull` without room. */
  output(ring: BpfMap, bytes: number | { readonly in: Register }, whenFull: string): void {
    if (typeof bytes === 'number') this.a.constant(R.r3, bytes)
    else this.a.move(R.r3, bytes.in)
    this.a.move(R.r2, R.r8).map(R.r1, ring).constant(R.r4, ringNoWakeup)
    this.a.call(Helper.ringbufOutput).jumpIf(R.r0, 'ne', 0, whenFull)
  }

  #probePointer(dst: Register, from: Member): void {
    this.probe(8, { base: R.fp, offset: slot }, from)
    this.a.load(8, dst, R.fp, slot)
  }
}
