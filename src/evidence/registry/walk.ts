// All keys of a hive, from the root down, each once: a list or a key that is reached twice is damage, or a trap.

import type { HiveImage } from './image.ts'
import type { RegistryKey } from './key.ts'

/** Windows allows 512. */
const maxDepth = 512

/** Marks cells by their offsets; a bit for each eight bytes of the hive. */
export class CellSet {
  readonly #bits: Uint8Array

  constructor(image: HiveImage) {
    this.#bits = new Uint8Array((image.bytes.length >> 6) + 1)
  }

  has(offset: number): boolean {
    const cell = offset / 8
    return ((this.#bits[cell >> 3] ?? 0) & (1 << (cell & 7))) !== 0
  }

  /** False when it was there already. */
  add(offset: number): boolean {
    if (this.has(offset)) return false
    const index = Math.floor(offset / 64)
    this.#bits[index] = (this.#bits[index] ?? 0) | (1 << ((offset / 8) & 7))
    return true
  }
}

/** Parents before their children, children in the order of the list. */
export function* walk(start: RegistryKey): Generator<RegistryKey> {
  const { image } = start
  const seen = new CellSet(image)
  seen.add(start.offset)
  const enter = (offset: number): boolean => {
    if (seen.add(offset)) return true
    image.notes.add('a list of subkeys belongs to two keys, or to itself; it is read once', offset)
    return false
  }
  const levels: { keys: readonly RegistryKey[]; next: number }[] = [{ keys: [start], next: 0 }]
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const key = level.keys[level.next]
    level.next += 1
    if (key === undefined) {
      levels.pop()
      continue
    }
    if (key.valueCount > 0 && !seen.add(key.valuesOffset)) {
      image.notes.add('a list of values belongs to two keys; it is read once', key.position)
      key.leaveValuesOut()
    }
    yield key
    if (key.subkeyCount === 0) continue
    if (levels.length > maxDepth) {
      image.notes.add('keys are nested too deeply', key.position)
      continue
    }
    const keys = key.subkeys(enter).filter(({ offset }) => {
      if (seen.add(offset)) return true
      image.notes.add('a key has two parents, or is its own; it is told once', offset)
      return false
    })
    levels.push({ keys, next: 0 })
  }
}
