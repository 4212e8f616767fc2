// Writes journal files of systemd as journald does: objects one behind the other, values that repeat only once, entry arrays
// that double. Hashes are left out: readers of entries do not look at them.

export interface JournalEntryWritten {
  readonly realtimeUs: number
  readonly monotonicUs?: number
  /** 32 hexadecimal digits. */
  readonly bootId?: string
  readonly fields: readonly (readonly [name: string, value: string | Uint8Array])[]
}

export interface JournalForm {
  readonly isCompact?: boolean
  /** 0 offline, 1 online, 2 archived. */
  readonly state?: number
  /** Of values of 512 bytes and more. */
  readonly packer?: JournalPacker
}

export interface JournalPacker {
  /** Of the file. */
  readonly incompatible: number
  /** Of the object. */
  readonly flag: number
  readonly pack: (bytes: Uint8Array) => Uint8Array
}

export interface JournalWritten {
  readonly bytes: Buffer
  readonly entries: readonly number[]
  readonly arrays: readonly number[]
  /** Offset of the DATA object by `NAME=value` in latin1. */
  readonly data: ReadonlyMap<string, number>
}

const headerBytes = 272
const tableItems = 8
const packedFrom = 512
export const writtenBoot = '0123456789abcdef0123456789abcdef'
export const writtenSeqnumId = 'c0ffee00c0ffee00c0ffee00c0ffee00'

export function writeJournal(
  entries: readonly JournalEntryWritten[],
  form: JournalForm = {},
): JournalWritten {
  const file = new JournalFile(form)
  for (const entry of entries) file.add(entry)
  return file.end()
}

class JournalFile {
  readonly #form: JournalForm
  readonly #isCompact: boolean
  readonly #parts: Buffer[] = []
  readonly #patches: { at: number; value: number; wide: boolean }[] = []
  readonly #data = new Map<string, number>()
  readonly #entries: number[] = []
  readonly #arrays: { offset: number; room: number; filled: number }[] = []
  /** Of each DATA object: its first entry, and how many it has. */
  readonly #uses = new Map<number, { first: number; count: number }>()
  readonly #written: JournalEntryWritten[] = []
  #at = headerBytes
  #last = 0

  constructor(form: JournalForm) {
    this.#form = form
    this.#isCompact = form.isCompact === true
    this.#object(4, 0, Buffer.alloc(16 * tableItems))
    this.#object(5, 0, Buffer.alloc(16 * tableItems))
  }

  add(entry: JournalEntryWritten): void {
    const items = entry.fields.map(([name, value]) => this.#dataOf(name, value))
    const head = Buffer.alloc(48)
    head.writeBigUInt64LE(BigInt(this.#entries.length + 1), 0)
    head.writeBigUInt64LE(BigInt(entry.realtimeUs), 8)
    head.writeBigUInt64LE(BigInt(entry.monotonicUs ?? 1), 16)
    head.write(entry.bootId ?? writtenBoot, 24, 'hex')
    head.writeBigUInt64LE(0xfedc_ba98_7654_3210n, 40)
    const list = Buffer.alloc(items.length * (this.#isCompact ? 4 : 16))
    for (const [index, item] of items.entries()) {
      if (this.#isCompact) list.writeUInt32LE(item, 4 * index)
      else list.writeBigUInt64LE(BigInt(item), 16 * index)
    }
    const offset = this.#object(3, 0, Buffer.concat([head, list]))
    for (const item of items) {
      const { first = offset, count = 0 } = this.#uses.get(item) ?? {}
      this.#uses.set(item, { first, count: count + 1 })
    }
    this.#entries.push(offset)
    this.#written.push(entry)
    this.#link(offset)
  }

  end(): JournalWritten {
    const bytes = Buffer.concat([this.#header(), ...this.#parts])
    for (const { at, value, wide } of this.#patches) {
      if (wide) bytes.writeBigUInt64LE(BigInt(value), at)
      else bytes.writeUInt32LE(value, at)
    }
    for (const [offset, { first, count }] of this.#uses) {
      bytes.writeBigUInt64LE(BigInt(first), offset + 40)
      bytes.writeBigUInt64LE(BigInt(count), offset + 56)
    }
    return {
      bytes,
      entries: this.#entries,
      arrays: this.#arrays.map(({ offset }) => offset),
      data: this.#data,
    }
  }

  #dataOf(name: string, value: string | Uint8Array): number {
    const payload = Buffer.concat([Buffer.from(`${name}=`), Buffer.from(value)])
    const key = payload.toString('latin1')
    const known = this.#data.get(key)
    const offset = known ?? this.#writeData(payload)
    this.#data.set(key, offset)
    return offset
  }

  #writeData(payload: Buffer): number {
    const packer = payload.length >= packedFrom ? this.#form.packer : undefined
    const stored = packer?.pack(payload) ?? payload
    return this.#object(
      1,
      packer?.flag ?? 0,
      Buffer.concat([Buffer.alloc(this.#isCompact ? 56 : 48), stored]),
    )
  }

  #link(entry: number): void {
    const itemBytes = this.#isCompact ? 4 : 8
    let array = this.#arrays.at(-1)
    if (array === undefined || array.filled === array.room) {
      const room = array === undefined ? 4 : 2 * array.room
      const offset = this.#object(6, 0, Buffer.alloc(8 + room * itemBytes))
      this.#patches.push({ at: array === undefined ? 176 : array.offset + 16, value: offset, wide: true })
      array = { offset, room, filled: 0 }
      this.#arrays.push(array)
    }
    this.#patches.push({
      at: array.offset + 24 + array.filled * itemBytes,
      value: entry,
      wide: !this.#isCompact,
    })
    array.filled += 1
  }

  /** `payload`: what stands behind the 16 bytes that all objects have. */
  #object(type: number, flags: number, payload: Buffer): number {
    const offset = this.#at
    const size = 16 + payload.length
    const head = Buffer.alloc(16)
    head[0] = type
    head[1] = flags
    head.writeBigUInt64LE(BigInt(size), 8)
    const padding = (8 - (size % 8)) % 8
    this.#parts.push(head, payload, Buffer.alloc(padding))
    this.#at += size + padding
    this.#last = offset
    return offset
  }

  #header(): Buffer {
    const head = Buffer.alloc(headerBytes)
    const table = 16 * tableItems
    head.write('LPKSHHRH', 0, 'latin1')
    head.writeUInt32LE((this.#isCompact ? 16 : 0) | (this.#form.packer?.incompatible ?? 0), 12)
    head[16] = this.#form.state ?? 0
    head.write('f11e'.repeat(8), 24, 'hex')
    head.write('3ac4'.repeat(8), 40, 'hex')
    head.write(this.#written.at(-1)?.bootId ?? writtenBoot, 56, 'hex')
    head.write(writtenSeqnumId, 72, 'hex')
    const data = this.#data.size
    const count = this.#entries.length
    const objects = 2 + data + count + this.#arrays.length
    const [first, last] = [this.#written[0], this.#written.at(-1)]
    const arena = [headerBytes, this.#at - headerBytes]
    const tables = [headerBytes + 16, table, headerBytes + 32 + table, table]
    const counts = [this.#last, objects, count, count, count === 0 ? 0 : 1, 0]
    const times = [first?.realtimeUs ?? 0, last?.realtimeUs ?? 0, last?.monotonicUs ?? 1]
    const numbers = [...arena, ...tables, ...counts, ...times, data, 0, 0, this.#arrays.length]
    for (const [index, value] of numbers.entries()) head.writeBigUInt64LE(BigInt(value), 88 + 8 * index)
    return head
  }
}
