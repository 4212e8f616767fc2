// UPX's filters: before packing, the targets of calls and jumps were made absolute, so that the same target looks the same
// everywhere. Numbers as in UPX's own header; what each does is described in its source tree, src/filter.

export interface Filter {
  readonly id: number
  /** The highest byte of targets that were changed, for filters that mark them. */
  readonly mark: number
  /** Where the bytes lie in what was filtered. */
  readonly origin: number
}

const call = 0xe8
const jump = 0xe9

/** Undoes a filter in place; false: not known. */
export function unfilter(bytes: Uint8Array, filter: Filter): boolean {
  const { id } = filter
  if (id === 0) return true
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (id >= 0x11 && id <= 0x19) unfilterCalls(view, filter)
  else if (id === 0x24 || id === 0x25 || id === 0x26 || id === 0x36 || id === 0x46 || id === 0x49) {
    unfilterMarked(view, filter)
  } else if (id >= 0x80 && id <= 0x87) unfilterRecent(view, filter)
  else if (id === 0x50) unfilterArm(view, filter.origin)
  else if (id === 0x52) unfilterArm64(view, filter.origin)
  else if (id >= 0x90 && id <= 0x93) unfilterDeltas(bytes, id - 0x8f)
  else if (id === 0xd0) unfilterPowerPc(view)
  else return false
  return true
}

/** Which of both opcodes a filter is about, by the number's place in its group of three. */
function opcodesOf(place: number): { readonly hasCall: boolean; readonly hasJump: boolean } {
  return { hasCall: place !== 1, hasJump: place !== 0 }
}

/** 0x11–0x19: every call, every jump, or both; stored as they were, or with bytes swapped. */
function unfilterCalls(view: DataView, { id, origin }: Filter): void {
  const { hasCall, hasJump } = opcodesOf((id - 0x11) % 3)
  const group = Math.floor((id - 0x11) / 3)
  const readsLittle = group !== 1
  const writesLittle = group !== 2
  for (let at = 0; at < view.byteLength - 5; at++) {
    const opcode = view.getUint8(at)
    if (!((hasCall && opcode === call) || (hasJump && opcode === jump))) continue
    const target = view.getUint32(at + 1, readsLittle)
    view.setUint32(at + 1, target - (at + 1) - origin, writesLittle)
    at += 4
  }
}

/** 0x24–0x26, 0x36, 0x46, 0x49: only targets whose highest byte is the mark; the last one also conditional jumps. */
function unfilterMarked(view: DataView, { id, mark, origin }: Filter): void {
  const { hasCall, hasJump } = id <= 0x26 ? opcodesOf(id - 0x24) : { hasCall: true, hasJump: true }
  const hasConditional = id === 0x49
  const marked = mark * 2 ** 24
  let lastEnd = 0
  for (let at = 0; at < view.byteLength - 5; at++) {
    const opcode = view.getUint8(at)
    const isPlain = (hasCall && opcode === call) || (hasJump && opcode === jump)
    if (!isPlain && !(hasConditional && at !== lastEnd && isConditional(view, at, opcode))) continue
    if (view.getUint8(at + 1) !== mark) continue
    view.setUint32(at + 1, view.getUint32(at + 1) - (at + 1) - origin - marked, true)
    at += 4
    lastEnd = at + 1
  }
}

/** `0f 80`–`0f 8f`, the second byte at `at`. */
function isConditional(view: DataView, at: number, opcode: number): boolean {
  return (opcode & 0xf0) === 0x80 && at > 0 && view.getUint8(at - 1) === 0x0f
}

const recentCount = 32

/**
 * 0x80–0x87: as 0x49, with the two bytes of a conditional jump swapped; a target may be an index into the 32 targets seen
 * most recently. The digits of the number, to the base of three, say which of calls and jumps have which treatment.
 */
function unfilterRecent(view: DataView, { id, mark }: Filter): void {
  const forCall = (1 + (id & 15)) % 3
  const forJump = Math.floor((1 + (id & 15)) / 3) % 3
  const marked = mark * 2 ** 24
  const recent = new RecentTargets()
  let lastEnd = 0
  for (let at = 0; at < view.byteLength - 5; at++) {
    const opcode = view.getUint8(at)
    const isSwapped = opcode === 0x0f && at !== lastEnd && at > 0 && (view.getUint8(at - 1) & 0xf0) === 0x80
    if (opcode !== call && opcode !== jump && !isSwapped) continue
    if (view.getUint8(at + 1) !== mark) continue
    const treatment = opcode === call ? forCall : forJump
    if (treatment === 0) continue
    const stored = (view.getUint32(at + 1) - marked) >>> 0
    const target = treatment === 2 ? recent.target(stored) : stored
    view.setUint32(at + 1, target - (at + 1), true)
    if (isSwapped) {
      view.setUint8(at, view.getUint8(at - 1))
      view.setUint8(at - 1, 0x0f)
    }
    at += 4
    lastEnd = at + 1
  }
}

/** A ring; the most recent target stands at `#hand`. Zeros are places not yet used, kept together from `#tail` back. */
class RecentTargets {
  readonly #ring = new Uint32Array(recentCount)
  #hand = 0
  #tail = 0

  /** Odd: a new target; even: the index of one seen before, counted from the most recent. */
  target(stored: number): number {
    const value = stored >>> 1
    if ((stored & 1) === 1) {
      this.#hand = before(this.#hand)
      this.#ring[this.#hand] = value
      return value
    }
    const place = (value + this.#hand) % recentCount
    const target = this.#ring[place]!
    this.#moveToFront(target, place)
    return target
  }

  #moveToFront(target: number, place: number): void {
    const ring = this.#ring
    this.#hand = before(this.#hand)
    const oldest = ring[this.#hand]!
    if (oldest !== 0) ring[place] = oldest
    else {
      this.#tail = before(this.#tail)
      const moved = ring[this.#tail]!
      ring[this.#tail] = 0
      ring[place] = moved
    }
    ring[this.#hand] = target
  }
}

function before(place: number): number {
  return place === 0 ? recentCount - 1 : place - 1
}

/** 0x50: BL of ARM, whose lower 24 bits are a distance in words. */
function unfilterArm(view: DataView, origin: number): void {
  for (let at = 0; at < view.byteLength - 4; at += 4) {
    const word = view.getUint32(at, true)
    if ((word & 0x0f000000) !== 0x0b000000) continue
    const target = ((word & 0xffffff) - at / 4 - origin) & 0xffffff
    view.setUint32(at, (word & 0xff000000) | target, true)
  }
}

/** 0x52: B and BL of ARM64, whose lower 26 bits are a distance in words. */
function unfilterArm64(view: DataView, origin: number): void {
  for (let at = 0; at < view.byteLength - 4; at += 4) {
    const word = view.getUint32(at, true)
    if ((word & 0x7c000000) !== 0x14000000) continue
    const target = ((word & 0x3ffffff) - at / 4 - origin) & 0x3ffffff
    view.setUint32(at, (word & 0xfc000000) | target, true)
  }
}

/** 0xd0: branches of PowerPC, whose bits 2 to 25 are a distance; the lowest two stay. */
function unfilterPowerPc(view: DataView): void {
  for (let at = 0; at + 4 <= view.byteLength; at += 4) {
    const word = view.getUint32(at)
    if (word >>> 26 !== 18) continue
    view.setUint32(at, (word & 0xfc000003) | (((word & 0x03fffffc) - at) & 0x03fffffc))
  }
}

/** 0x90–0x93: each byte is the difference to the one `distance` before it. */
function unfilterDeltas(bytes: Uint8Array, distance: number): void {
  for (let at = distance; at < bytes.length; at++) bytes[at]! += bytes[at - distance]!
}
