// The running kernel's own description of its types (BTF, Documentation/bpf/btf.rst): where a member lies in a struct,
// which id a function or tracepoint has. This makes programs fit the kernel that runs without any header file.

import { readFileSync } from 'node:fs'

import { AppError, messageOf } from '../../../base/app-error.ts'

const Kind = {
  struct: 4,
  union: 5,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
  typeTag: 18,
} as const
const magic = 0xeb9f
const headerBytes = 24
const typeBytes = 12
const memberBytes = 12
/** More nesting than any struct has: a file that lies must not send us round for ever. */
const maxDepth = 32
const maxTypes = 2_000_000

/** Bytes behind the 12 of every type, by kind; `each` for each of its members. */
const extra: readonly { readonly fixed?: number; readonly each?: number }[] = [
  {},
  { fixed: 4 },
  {},
  { fixed: 12 },
  { each: 12 },
  { each: 12 },
  { each: 8 },
  {},
  {},
  {},
  {},
  {},
  {},
  { each: 8 },
  { fixed: 4 },
  { each: 12 },
  {},
  { fixed: 4 },
  {},
  { each: 12 },
]

interface Member {
  /** Bytes from the start of the struct. */
  readonly offset: number
  readonly type: number
}

export class Btf {
  readonly #bytes: Buffer
  readonly #strings: number
  /** Where each type stands in the file, by its id; 0 is void. */
  readonly #typeAt: Int32Array
  /** Where the name of each type stands among the strings. */
  readonly #nameAt: Int32Array

  /** Throws AppError `unsupported` when the bytes are no BTF. */
  constructor(bytes: Buffer) {
    if (bytes.length < headerBytes || bytes.readUInt16LE(0) !== magic)
      throw damaged('it does not begin as BTF does')
    const head = bytes.readUInt32LE(4)
    const first = head + bytes.readUInt32LE(8)
    const end = first + bytes.readUInt32LE(12)
    this.#strings = head + bytes.readUInt32LE(16)
    if (end > bytes.length || this.#strings + bytes.readUInt32LE(20) > bytes.length)
      throw damaged('it is shorter than it says')
    this.#bytes = bytes
    const room = Math.min(maxTypes, Math.ceil((end - first) / typeBytes)) + 1
    const typeAt = new Int32Array(room)
    const nameAt = new Int32Array(room)
    let id = 1
    for (let at = first; at + typeBytes <= end && id < room; id++) {
      typeAt[id] = at
      nameAt[id] = bytes.readUInt32LE(at)
      const info = bytes.readUInt32LE(at + 4)
      const more = extra[(info >>> 24) & 31]
      if (more === undefined) throw damaged(`type ${id} is of no known kind`)
      at += typeBytes + (more.fixed ?? 0) + (more.each ?? 0) * (info & 0xffff)
      if (at > end) throw damaged(`type ${id} is longer than the file`)
    }
    this.#typeAt = typeAt.subarray(0, id)
    this.#nameAt = nameAt.subarray(0, id)
  }

  /** Bytes from the start of a struct to a member: `task_struct.mm`, also through embedded structs (`a.b.c`). Throws. */
  offsetOf(path: string): number {
    const offset = this.findOffset(path)
    if (offset === undefined) throw new AppError('unsupported', `this kernel's types have no ${path}`)
    return offset
  }

  /** As `offsetOf`; undefined when there is no such member. */
  findOffset(path: string): number | undefined {
    const [name = '', ...members] = path.split('.')
    let type = this.#find(name, Kind.struct) ?? this.#find(name, Kind.union)
    let offset = 0
    for (const member of members) {
      const found: Member | undefined = type === undefined ? undefined : this.#member(type, member, 0)
      if (found === undefined) return undefined
      offset += found.offset
      type = this.#resolve(found.type)
    }
    return type === undefined ? undefined : offset
  }

  /** Bytes of a struct or union. Throws. */
  sizeOf(name: string): number {
    const type = this.#find(name, Kind.struct) ?? this.#find(name, Kind.union)
    if (type === undefined) throw new AppError('unsupported', `this kernel's types have no struct ${name}`)
    return this.#bytes.readUInt32LE((this.#typeAt[type] ?? 0) + 8)
  }

  /** Id of a function of the kernel, e.g. `bpf_iter_task`; undefined when there is none. */
  functionId(name: string): number | undefined {
    return this.#find(name, Kind.func)
  }

  /** Id of a raw tracepoint for programs with typed arguments; undefined when there is none. */
  tracepointId(name: string): number | undefined {
    return this.#find(`btf_trace_${name}`, Kind.typedef)
  }

  /** Every string stands once: the types of a name are those with its place. */
  #find(name: string, kind: number): number | undefined {
    const found = this.#bytes.indexOf(`\0${name}\0`, Math.max(0, this.#strings - 1), 'latin1')
    if (found < 0 || name === '') return undefined
    const place = found + 1 - this.#strings
    for (let id = this.#nameAt.indexOf(place); id >= 0; id = this.#nameAt.indexOf(place, id + 1)) {
      if (this.#kind(id) === kind) return id
    }
    return undefined
  }

  #info(id: number): number {
    return this.#bytes.readUInt32LE((this.#typeAt[id] ?? 0) + 4)
  }

  #kind(id: number): number {
    return id > 0 && id < this.#typeAt.length ? (this.#info(id) >>> 24) & 31 : 0
  }

  /** The type behind typedefs and qualifiers. */
  #resolve(id: number): number {
    let type = id
    for (let depth = 0; depth < maxDepth; depth++) {
      const kind = this.#kind(type)
      const wraps = (kind >= Kind.typedef && kind <= Kind.restrict) || kind === Kind.typeTag
      if (!wraps) return type
      type = this.#bytes.readUInt32LE((this.#typeAt[type] ?? 0) + 8)
    }
    return 0
  }

  #member(type: number, name: string, depth: number): Member | undefined {
    const kind = this.#kind(type)
    if (depth > maxDepth || (kind !== Kind.struct && kind !== Kind.union)) return undefined
    const info = this.#info(type)
    const hasBitfields = info >>> 31 === 1
    const first = (this.#typeAt[type] ?? 0) + typeBytes
    for (let at = first; at < first + (info & 0xffff) * memberBytes; at += memberBytes) {
      const bits = this.#bytes.readUInt32LE(at + 8)
      const offset = (hasBitfields ? bits & 0xffffff : bits) >>> 3
      const memberType = this.#bytes.readUInt32LE(at + 4)
      const nameAt = this.#bytes.readUInt32LE(at)
      if (nameAt !== 0 && this.#isNamed(nameAt, name)) return { offset, type: memberType }
      if (nameAt !== 0) continue
      const inner = this.#member(this.#resolve(memberType), name, depth + 1)
      if (inner !== undefined) return { offset: offset + inner.offset, type: inner.type }
    }
    return undefined
  }

  #isNamed(nameAt: number, name: string): boolean {
    const at = this.#strings + nameAt
    if (this.#bytes[at + name.length] !== 0) return false
    return this.#bytes.toString('latin1', at, at + name.length) === name
  }
}

/** The running kernel's types (5 to 10 MB): take what is needed and let it go. Throws AppError `unsupported`. */
export function readBtf(path = '/sys/kernel/btf/vmlinux'): Btf {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (thrown) {
    throw new AppError('unsupported', `the kernel does not tell its types (${path}): ${messageOf(thrown)}`)
  }
  return new Btf(bytes)
}

function damaged(why: string): AppError {
  return new AppError('unsupported', `the kernel's types cannot be read: ${why}`)
}
