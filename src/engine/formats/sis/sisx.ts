// SISX (Symbian, "The Symbian OS v9.x SIS File Format Specification"): fields of a type and a length, one in the other. The
// files and the controller, which says what becomes of them, are fields of the type "compressed".

import { u32, u64 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Member, UnpackContext } from '../format.ts'
import { memberAt } from './packed.ts'

const uidBytes = 16
const type = { array: 2, compressed: 3, contents: 12, data: 30, dataUnit: 31, fileData: 32 } as const
const holders = new Set<number>([type.contents, type.data, type.dataUnit, type.fileData])
const compressedHeaderBytes = 12
const maxFields = 100_000
const maxDepth = 12

interface Field {
  readonly type: number
  readonly start: number
  readonly end: number
}

export function* newMembers(source: ByteSource, context: UnpackContext): Generator<Member> {
  let count = 0
  for (const field of new Fields(source, context).compressed()) {
    const header = source.read(field.start, compressedHeaderBytes).slice()
    const algorithm = u32(header, 0)
    const name = count === 0 ? 'controller' : `file ${count}`
    count++
    const place = {
      name,
      offset: field.start + compressedHeaderBytes,
      length: Math.max(0, field.end - field.start - compressedHeaderBytes),
    }
    if (algorithm > 1) {
      context.budget.countMember()
      context.fault(name, 'unsupported-method', `the method ${algorithm} is not known`)
      continue
    }
    const member = memberAt(source, { ...place, isPacked: algorithm === 1 }, context)
    if (member !== undefined) yield member
  }
}

class Fields {
  readonly #source: ByteSource
  readonly #context: UnpackContext
  #left = maxFields

  constructor(source: ByteSource, context: UnpackContext) {
    this.#source = source
    this.#context = context
  }

  *compressed(): Generator<Field> {
    yield* this.#inside({ type: type.contents, start: uidBytes, end: this.#source.size }, 0)
  }

  *#inside(holder: Field, depth: number): Generator<Field> {
    const isArray = holder.type === type.array
    const element = isArray ? u32(this.#source.read(holder.start, 4), 0) : undefined
    let at = holder.start + (isArray ? 4 : 0)
    if (depth >= maxDepth) return
    while (at + 8 <= holder.end && this.#left-- > 0) {
      this.#context.budget.checkTime()
      const field = this.#fieldAt(at, element)
      if (field === undefined) {
        this.#context.fault('(fields)', 'damaged', 'a field is cut off')
        return
      }
      if (field.type === type.compressed) yield field
      else if (field.type === type.array || holders.has(field.type)) yield* this.#inside(field, depth + 1)
      // Fields begin at multiples of four bytes.
      at = field.end + (-(field.end - at) & 3)
    }
  }

  /** Elements of an array have no type of their own. The highest bit of a length says that it has 64. */
  #fieldAt(at: number, element: number | undefined): Field | undefined {
    const head = this.#source.read(at, 12).slice()
    const lengthAt = element === undefined ? 4 : 0
    const short = u32(head, lengthAt)
    const isLong = short >= 0x80000000
    const length = isLong ? (u64(head, lengthAt) % 2 ** 31) + u32(head, lengthAt + 4) * 2 ** 31 : short
    const start = at + lengthAt + (isLong ? 8 : 4)
    if (head.length < lengthAt + 4 || start + length > this.#source.size) return undefined
    return { type: element ?? u32(head, 0), start, end: start + length }
  }
}
