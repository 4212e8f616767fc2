// The memory of a PPMd model (variant I by Dmitry Shkarin, 2002, in the public domain): units of 12 bytes in free lists by
// size. Which model fits into it, and so what the data mean, depends on every detail of this allocator.

const unitBytes = 12
/** Lists of 1, 2, 3, 4, then in steps of two, three and four up to 128 units. */
const listCount = 38
const mostUnits = 128
/** What the first word of a free block says; no context and no state looks like it. */
const freeStamp = 0xffffffff
/** Zero stands for nothing, so the first address is above it. */
const firstAddress = 4
const glueInterval = 1 << 13
/** Blocks this far from the beginning of the units are worth moving away from it. */
const nearBytes = 16 * 1024

const unitsOf = new Uint8Array(listCount)
const listOf = new Uint8Array(mostUnits + 1)
for (let list = 0, units = 0; list < listCount; list++) {
  const step = list >= 12 ? 4 : (list >> 2) + 1
  for (let i = 0; i < step; i++) listOf[++units] = list
  unitsOf[list] = units
}

export class PpmdMemory {
  readonly size: number
  readonly bytes: Uint8Array
  readonly halves: Uint16Array
  readonly words: Uint32Array
  /** Where the next raw symbol is written; between it and `unitsStart` is free. */
  text = 0
  /** The lowest unit. */
  unitsStart = 0
  /** Between these two nothing was ever allocated. */
  #low = 0
  #high = 0
  #untilGlue = 0
  readonly #lists = new Uint32Array(listCount)
  readonly #lengths = new Uint32Array(listCount)

  constructor(size: number) {
    this.size = size
    // Not written to, so the system does not provide it before it is needed.
    const buffer = new ArrayBuffer(size + firstAddress + unitBytes)
    this.bytes = new Uint8Array(buffer)
    this.halves = new Uint16Array(buffer)
    this.words = new Uint32Array(buffer)
  }

  reset(): void {
    this.#lists.fill(0)
    this.#lengths.fill(0)
    this.#high = firstAddress + this.size
    this.unitsStart = this.#high - Math.floor(this.size / 8 / unitBytes) * 7 * unitBytes
    this.#low = this.unitsStart
    this.#untilGlue = 0
    this.resetText()
  }

  resetText(): void {
    this.text = firstAddress
  }

  /** After a restoration the lists are worth gluing at the next shortage. */
  glueSoon(): void {
    this.#untilGlue = 0
  }

  /** Gives the memory back. */
  close(): void {
    const { buffer } = this.bytes
    if (buffer instanceof ArrayBuffer) buffer.transfer(0)
  }

  get used(): number {
    let free = 0
    for (let list = 0; list < listCount; list++) free += this.#lengths[list]! * unitsOf[list]!
    return this.size - (this.#high - this.#low) - (this.unitsStart - this.text) - free * unitBytes
  }

  /** Only at the beginning, when there is room. */
  takeLow(units: number): number {
    const at = this.#low
    this.#low += units * unitBytes
    return at
  }

  /** One unit for a context; 0: there is no more memory. */
  allocateContext(): number {
    if (this.#high !== this.#low) {
      this.#high -= unitBytes
      return this.#high
    }
    return this.#lists[0] === 0 ? this.#allocateRare(0) : this.#remove(0)
  }

  /** 0: there is no more memory. */
  allocate(units: number): number {
    const list = listOf[units]!
    if (this.#lists[list] !== 0) return this.#remove(list)
    const bytes = unitsOf[list]! * unitBytes
    if (bytes > this.#high - this.#low) return this.#allocateRare(list)
    this.#low += bytes
    return this.#low - bytes
  }

  /** Makes a block one unit larger; 0: there is no more memory. */
  expand(at: number, units: number): number {
    const list = listOf[units]!
    if (list === listOf[units + 1]) return at
    const moved = this.allocate(units + 1)
    if (moved === 0) return 0
    this.#copy(moved, at, units)
    this.#insert(at, list)
    return moved
  }

  shrink(at: number, units: number, wanted: number): number {
    const from = listOf[units]!
    const to = listOf[wanted]!
    if (from === to) return at
    if (this.#lists[to] === 0) {
      this.#split(at, from, to)
      return at
    }
    const moved = this.#remove(to)
    this.#copy(moved, at, wanted)
    this.#insert(at, from)
    return moved
  }

  free(at: number, units: number): void {
    this.#insert(at, listOf[units]!)
  }

  /** One unit; the lowest one becomes room for text. */
  freeUnit(at: number): void {
    if (at === this.unitsStart) this.unitsStart += unitBytes
    else this.#insert(at, 0)
  }

  /** Moves a block near the beginning of the units to a free one further up, if there is one. */
  moveUp(at: number, units: number): number {
    const list = listOf[units]!
    if (at > this.unitsStart + nearBytes || at > this.#lists[list]!) return at
    const moved = this.#remove(list)
    this.#copy(moved, at, units)
    if (at === this.unitsStart) this.unitsStart += unitsOf[list]! * unitBytes
    else this.#insert(at, list)
    return moved
  }

  /** The free blocks at the beginning of the units become room for text. */
  expandText(): void {
    const { words } = this
    const taken = new Uint32Array(listCount)
    if (this.#low !== this.#high) words[this.#low >> 2] = 0
    let at = this.unitsStart
    while (words[at >> 2] === freeStamp) {
      const units = words[(at >> 2) + 2]!
      words[at >> 2] = 0
      taken[listOf[units]!]!++
      at += units * unitBytes
    }
    this.unitsStart = at
    for (let list = 0; list < listCount; list++) if (taken[list]! > 0) this.#dropTaken(list, taken[list]!)
  }

  /** Takes `count` blocks that were marked with zero out of a list. */
  #dropTaken(list: number, count: number): void {
    const { words } = this
    let previous = 0
    let left = count
    for (let at = this.#lists[list]!; at !== 0 && left > 0;) {
      const next = words[(at >> 2) + 1]!
      if (words[at >> 2] === 0) {
        if (previous === 0) this.#lists[list] = next
        else words[(previous >> 2) + 1] = next
        this.#lengths[list]!--
        left--
      } else previous = at
      at = next
    }
  }

  #copy(to: number, from: number, units: number): void {
    this.bytes.copyWithin(to, from, from + units * unitBytes)
  }

  #insert(at: number, list: number): void {
    const word = at >> 2
    this.words[word] = freeStamp
    this.words[word + 1] = this.#lists[list]!
    this.words[word + 2] = unitsOf[list]!
    this.#lists[list] = at
    this.#lengths[list]!++
  }

  #remove(list: number): number {
    const at = this.#lists[list]!
    this.#lists[list] = this.words[(at >> 2) + 1]!
    this.#lengths[list]!--
    return at
  }

  /** The rest of a block of which only the beginning is needed. */
  #split(at: number, from: number, to: number): void {
    this.#insertUnits(at + unitsOf[to]! * unitBytes, unitsOf[from]! - unitsOf[to]!)
  }

  /** Any number of units up to 128, in two blocks if there is no list for it. */
  #insertUnits(at: number, units: number): void {
    let list = listOf[units]!
    if (unitsOf[list] !== units) {
      const first = unitsOf[--list]!
      this.#insert(at + first * unitBytes, units - first - 1)
    }
    this.#insert(at, list)
  }

  #allocateRare(list: number): number {
    if (this.#untilGlue === 0) {
      this.#glue()
      if (this.#lists[list] !== 0) return this.#remove(list)
    }
    for (let larger = list + 1; larger < listCount; larger++) {
      if (this.#lists[larger] === 0) continue
      const at = this.#remove(larger)
      this.#split(at, larger, list)
      return at
    }
    const bytes = unitsOf[list]! * unitBytes
    this.#untilGlue--
    if (this.unitsStart - this.text <= bytes) return 0
    this.unitsStart -= bytes
    return this.unitsStart
  }

  /** Joins free blocks that lie side by side and sorts them into the lists anew. */
  #glue(): void {
    const { words } = this
    this.#untilGlue = glueInterval
    this.#lengths.fill(0)
    if (this.#low !== this.#high) words[this.#low >> 2] = 0
    const blocks: number[] = []
    for (let list = 0; list < listCount; list++) {
      let at = this.#lists[list]!
      this.#lists[list] = 0
      while (at !== 0) {
        const word = at >> 2
        if (words[word + 2] !== 0) {
          blocks.push(at)
          this.#joinNeighbours(at)
        }
        at = words[word + 1]!
      }
    }
    for (let at of blocks) {
      let units = words[(at >> 2) + 2]!
      if (units === 0) continue
      for (; units > mostUnits; units -= mostUnits) {
        this.#insert(at, listCount - 1)
        at += mostUnits * unitBytes
      }
      this.#insertUnits(at, units)
    }
  }

  #joinNeighbours(at: number): void {
    const { words } = this
    const size = (at >> 2) + 2
    for (;;) {
      const next = (at + words[size]! * unitBytes) >> 2
      if (words[next] !== freeStamp) return
      words[size]! += words[next + 2]!
      words[next + 2] = 0
    }
  }
}
