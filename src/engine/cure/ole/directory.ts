// The directory of a compound file as a tree that can be changed ([MS-CFB] 2.6): siblings stand in a binary tree, sorted by
// the length of their names and then by the upper case of their UTF-16 units; a tree all of black entries is a valid one.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { CannotCure } from '../editor.ts'

export const entryBytes = 128
const noEntry = 0xffffffff
const mostEntries = 100_000
const typeAt = 0x42
const colourAt = 0x43
const leftAt = 0x44
const rightAt = 0x48
const childAt = 0x4c
const black = 1

export interface Entry {
  readonly index: number
  readonly name: string
  readonly kind: 'unused' | 'storage' | 'stream' | 'root'
  readonly start: number
  readonly size: number
  /** Numbers of the entries in it. */
  readonly children: number[]
  parent: number | undefined
}

const kinds: Readonly<Record<number, Entry['kind']>> = { 0: 'unused', 1: 'storage', 2: 'stream', 5: 'root' }

export class Directory {
  readonly bytes: Uint8Array
  readonly entries: readonly Entry[]

  constructor(bytes: Uint8Array, version: number, budget: Budget) {
    this.bytes = bytes
    const count = Math.floor(bytes.length / entryBytes)
    if (count > mostEntries) throw new CannotCure('the directory has too many entries')
    const entries: Entry[] = []
    for (let index = 0; index < count; index++) entries.push(readEntry(bytes, index, version))
    this.entries = entries
    if (entries[0]?.kind !== 'root') throw new CannotCure('the directory has no root')
    this.#readTrees(budget)
  }

  #readTrees(budget: Budget): void {
    const seen = new Set<number>([0])
    for (const entry of this.entries) {
      if (entry.kind !== 'root' && entry.kind !== 'storage') continue
      budget.checkTime()
      const waiting = [u32(this.bytes, entry.index * entryBytes + childAt)]
      for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
        if (number === noEntry) continue
        const child = this.entries[number]
        if (child === undefined || child.kind === 'unused' || child.kind === 'root' || seen.has(number)) {
          throw new CannotCure('the directory is no tree')
        }
        seen.add(number)
        child.parent = entry.index
        entry.children.push(number)
        const at = number * entryBytes
        waiting.push(u32(this.bytes, at + leftAt), u32(this.bytes, at + rightAt))
      }
    }
  }

  /** The entry and all that is in it. */
  subtree(index: number): number[] {
    const found: number[] = []
    const seen = new Set<number>()
    const waiting = [index]
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      if (seen.has(number)) throw new CannotCure('the directory goes round in circles')
      seen.add(number)
      found.push(number)
      waiting.push(...(this.entries[number]?.children ?? []))
    }
    return found
  }

  /** Takes entries with all that is in them out of the tree; returns the numbers of those that are unused now. */
  remove(indices: readonly number[]): number[] {
    const gone = new Set(indices.flatMap((index) => this.subtree(index)))
    const parents = new Set(indices.map((index) => this.entries[index]?.parent))
    for (const parent of parents) {
      if (parent === undefined || gone.has(parent)) continue
      const rest = (this.entries[parent]?.children ?? []).filter((child) => !gone.has(child))
      this.#link(parent, rest)
    }
    for (const index of gone) {
      const at = index * entryBytes
      this.bytes.fill(0, at, at + entryBytes)
      this.bytes.fill(0xff, at + leftAt, at + childAt + 4)
    }
    return [...gone]
  }

  #link(parent: number, children: readonly number[]): void {
    const nameOf = (index: number): string => this.entries[index]?.name ?? ''
    const sorted = children.toSorted((a, b) => compareNames(nameOf(a), nameOf(b)))
    this.#set(parent, childAt, this.#balance(sorted, 0, sorted.length))
    const storage = this.entries[parent]
    storage?.children.splice(0, storage.children.length, ...sorted)
  }

  /** Links `sorted[from, to)`; returns the entry at their top. */
  #balance(sorted: readonly number[], from: number, to: number): number {
    if (from >= to) return noEntry
    const middle = (from + to) >> 1
    const index = sorted[middle] ?? noEntry
    this.#set(index, leftAt, this.#balance(sorted, from, middle))
    this.#set(index, rightAt, this.#balance(sorted, middle + 1, to))
    this.bytes[index * entryBytes + colourAt] = black
    return index
  }

  #set(index: number, field: number, value: number): void {
    const { buffer, byteOffset, length } = this.bytes
    Buffer.from(buffer, byteOffset, length).writeUInt32LE(value, index * entryBytes + field)
  }
}

function readEntry(bytes: Uint8Array, index: number, version: number): Entry {
  const at = index * entryBytes
  const kind = kinds[bytes[at + typeAt] ?? 0]
  if (kind === undefined) throw new CannotCure('the directory has an entry of no known type')
  const nameBytes = u16(bytes, at + 0x40)
  if (kind !== 'unused' && (nameBytes > 64 || nameBytes < 2)) throw new CannotCure('an entry has no name')
  const name = Buffer.from(bytes.subarray(at, at + Math.max(0, nameBytes - 2))).toString('utf16le')
  // In version 3 the upper half is noise.
  if (version === 4 && kind !== 'unused' && u32(bytes, at + 0x7c) !== 0) {
    throw new CannotCure('a stream is too large')
  }
  const size = u32(bytes, at + 0x78)
  return { index, name, kind, start: u32(bytes, at + 0x74), size, children: [], parent: undefined }
}

function compareNames(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  for (let at = 0; at < a.length; at++) {
    const difference = upperUnit(a, at) - upperUnit(b, at)
    if (difference !== 0) return difference
  }
  return 0
}

function upperUnit(text: string, at: number): number {
  const unit = text.charAt(at)
  const upper = unit.toUpperCase()
  // What becomes two units in upper case has no upper case in this order.
  return (upper.length === 1 ? upper : unit).charCodeAt(0)
}
