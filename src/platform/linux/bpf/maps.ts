// BPF maps: what programs of the kernel and this process share.

import { readFileSync } from 'node:fs'

import { E, errno } from '../libc.ts'
import { MapType } from './instructions.ts'
import { BpfObject, Command, addressOf, bpf, bpfFault, raiseLockedMemory } from './system-call.ts'

export interface MapShape {
  /** One of `MapType`. */
  readonly type: number
  readonly keyBytes: number
  readonly valueBytes: number
  readonly maxEntries: number
  /** At most 15 letters, digits, underscores: shown by tools that list maps. */
  readonly name: string
}

const attributeBytes = 72
const maxNameBytes = 15

export class BpfMap extends BpfObject {
  readonly shape: MapShape

  private constructor(fd: number, shape: MapShape) {
    super(fd)
    this.shape = shape
  }

  /** Throws AppError with the reason. */
  static create(shape: MapShape): BpfMap {
    const attributes = Buffer.alloc(attributeBytes)
    attributes.writeUInt32LE(shape.type, 0)
    attributes.writeUInt32LE(shape.keyBytes, 4)
    attributes.writeUInt32LE(shape.valueBytes, 8)
    attributes.writeUInt32LE(shape.maxEntries, 12)
    attributes.write(shape.name.slice(0, maxNameBytes), 28, 'latin1')
    let fd = bpf(Command.mapCreate, attributes)
    if (fd < 0 && errno() === E.PERM) {
      raiseLockedMemory()
      fd = bpf(Command.mapCreate, attributes)
    }
    if (fd < 0) throw bpfFault(`the map ${shape.name} cannot be made`)
    return new BpfMap(fd, shape)
  }

  /** The value of a key; undefined when there is none. Of a per-CPU map: the values of all CPUs, each padded to 8 bytes. */
  lookup(key: Buffer): Buffer | undefined {
    const value = Buffer.alloc(this.#lookupBytes())
    return bpf(Command.mapLookup, this.#attributes(key, value)) < 0 ? undefined : value
  }

  /** Sets a value; false when the map is full. */
  update(key: Buffer, value: Buffer): boolean {
    return bpf(Command.mapUpdate, this.#attributes(key, value)) >= 0
  }

  /** False when there was no such key. */
  delete(key: Buffer): boolean {
    return bpf(Command.mapDelete, this.#attributes(key)) >= 0
  }

  #lookupBytes(): number {
    const perCpu = this.shape.type === MapType.perCpuArray || this.shape.type === MapType.perCpuHash
    return perCpu ? Math.ceil(this.shape.valueBytes / 8) * 8 * possibleCpus() : this.shape.valueBytes
  }

  #attributes(key: Buffer, value?: Buffer): Buffer {
    const attributes = Buffer.alloc(32)
    attributes.writeUInt32LE(this.fd, 0)
    attributes.writeBigUInt64LE(addressOf(key), 8)
    if (value !== undefined) attributes.writeBigUInt64LE(addressOf(value), 16)
    return attributes
  }
}

/** Counters of 64 bits that programs increase without locks, one of each CPU. */
export class Counters extends BpfObject {
  readonly map: BpfMap
  readonly #count: number
  readonly #key = Buffer.alloc(4)

  constructor(name: string, count: number) {
    const map = BpfMap.create({
      type: MapType.perCpuArray,
      keyBytes: 4,
      valueBytes: 8 * count,
      maxEntries: 1,
      name,
    })
    super(map.fd)
    this.map = map
    this.#count = count
  }

  /** The sum over all CPUs of each counter. */
  read(): number[] {
    const values = this.map.lookup(this.#key)
    const sums = Array.from({ length: this.#count }, () => 0)
    if (values === undefined) return sums
    const stride = 8 * this.#count
    for (let at = 0; at + stride <= values.length; at += stride) {
      for (let index = 0; index < this.#count; index++)
        sums[index] = (sums[index] ?? 0) + Number(values.readBigUInt64LE(at + 8 * index))
    }
    return sums
  }
}

let cpus = 0

/** CPUs that there may ever be (some may be off): per-CPU values come for each of them. */
function possibleCpus(): number {
  if (cpus > 0) return cpus
  const text = readFileSync('/sys/devices/system/cpu/possible', 'latin1')
  // `0-3`, rarely `0,2-3`.
  for (const range of text.trim().split(',')) {
    const [from, to = from] = range.split('-')
    cpus += Number(to) - Number(from) + 1
  }
  return cpus
}
