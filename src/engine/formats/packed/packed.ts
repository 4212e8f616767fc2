// Packed 32-bit Windows programs: whatever the packer is, its code unpacks the program when it is run, so it is run in an
// emulator, and what the memory holds afterwards is the member. Recognised by how packers lay a program out.

import { emulate, loadProgram, type Program } from '../../emulator/index.ts'
import { u16, u32 } from '../../codecs/little-endian.ts'
import { bytesSource } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import type { Format, Member, UnpackContext } from '../format.ts'

const largestFile = 16 * 1024 * 1024
/** Small enough for any scan. */
const smallImage = 4 * 1024 * 1024
/** Instructions; real packers of small programs need 0.2 to 2 million. */
const mostInstructions = 24_000_000
const memberName = 'unpacked'
const sectionBytes = 40
const writable = 0x80000000
const pageBytes = 4096

export const packed: Format = {
  id: 'packed',
  kind: 'archive',

  matches: (object) => isPacked(object.head) && object.chain.at(-1) !== memberName,

  *members(object, context) {
    const { size } = object.source
    const program = size > largestFile ? undefined : loadProgram(copyBytes(object.source, { most: size }))
    if (program === undefined) return
    const bytesHeld = program.image.length
    context.budget.charge(bytesHeld)
    const isLent = context.budget.hold(bytesHeld)
    if (!isLent && bytesHeld > smallImage) {
      context.budget.countMember()
      context.fault(memberName, 'unsupported-method', 'it needs more memory than is left to be unpacked')
      return
    }
    const held = isLent ? bytesHeld : 0
    try {
      emulate(program, mostInstructions, context.budget)
      yield* unpacked(program, context)
    } finally {
      context.budget.release(held)
    }
  },
}

/** What packed programs have in common and compilers do not make. */
function isPacked(head: Uint8Array): boolean {
  if (head[0] !== 0x4d || head[1] !== 0x5a) return false
  const pe = u32(head, 60)
  if (pe + 0x78 > head.length || u32(head, pe) !== 0x4550 || u16(head, pe + 4) !== 0x14c) return false
  if (u16(head, pe + 24) !== 0x10b) return false
  const entry = u32(head, pe + 40)
  const count = u16(head, pe + 6)
  const table = pe + 24 + u16(head, pe + 20)
  if (entry === 0 || count === 0 || count > 96) return false
  for (
    let index = 0, at = table;
    index < count && at + sectionBytes <= head.length;
    index++, at += sectionBytes
  ) {
    const start = u32(head, at + 12)
    const end = start + Math.max(u32(head, at + 8), u32(head, at + 16))
    if (entry < start || entry >= end) continue
    const flags = u32(head, at + 36)
    return (flags & writable) !== 0 || (index > 0 && index === count - 1) || u32(head, at + 20) < table
  }
  // The entry point is in the headers, or in no section.
  return true
}

function* unpacked({ image, memory }: Program, { budget }: UnpackContext): Generator<Member> {
  for (const region of memory.regions) {
    if (!region.dirty.includes(1)) continue
    if (region.bytes === image) {
      layOutAsInMemory(image)
      yield { name: memberName, source: bytesSource(image) }
    } else if (region.kind === 'heap') {
      const used = usedBytes(region.bytes)
      budget.charge(used)
      if (used > 0) {
        const name = `memory ${region.base.toString(16)}`
        yield { name, source: bytesSource(region.bytes.subarray(0, used)) }
      }
    }
  }
}

/** Offsets in the file become those in memory, for everybody who reads the member as a program. */
function layOutAsInMemory(image: Uint8Array): void {
  const view = new DataView(image.buffer, image.byteOffset, image.length)
  const pe = u32(image, 60)
  if (pe + 0x78 > image.length || u32(image, pe) !== 0x4550) return
  const count = Math.min(u16(image, pe + 6), 96)
  const table = pe + 24 + u16(image, pe + 20)
  for (
    let index = 0, at = table;
    index < count && at + sectionBytes <= image.length;
    index++, at += sectionBytes
  ) {
    const size = Math.max(u32(image, at + 8), u32(image, at + 16))
    view.setUint32(at + 16, Math.ceil(size / pageBytes) * pageBytes, true)
    view.setUint32(at + 20, u32(image, at + 12), true)
  }
}

function usedBytes(bytes: Uint8Array): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return end
}
