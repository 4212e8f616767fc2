// B+ trees of an ESE database: all leaves in the order of their keys, and the place of one key. Every page is visited once, so
// loops end; leaves that no branch leads to are found by their neighbours, or by a search where a branch is damaged.

import { u32 } from '../fields.ts'
import { keyPrefixOf, newNode, type Node, type Page, pageFlag, readNode } from './page.ts'
import type { Pages } from './pages.ts'

const mostLevels = 32
/** Pages one behind another with nothing to find on them. */
const mostEmpty = 64

export class Tree {
  readonly #pages: Pages
  readonly #root: number

  constructor(pages: Pages, root: number) {
    this.#pages = pages
    this.#root = root
  }

  /** The pages with the tree's records. */
  *leaves(): Generator<Page> {
    const root = this.#pages.get(this.#root)
    if (root === undefined) return
    const walk = new Walk(this.#pages, root)
    yield* walk.below(root, 0)
    yield* walk.beside()
    if (walk.isDamaged) yield* walk.found()
  }

  /** Nodes from the first whose key is not below `key`, each with its whole key; valid until the next one. */
  *from(key: Uint8Array): Generator<{ key: Uint8Array; data: Uint8Array }> {
    let page = this.#pages.get(this.#root)
    for (let level = 0; page !== undefined && (page.flags & pageFlag.leaf) === 0; level++) {
      page = level < mostLevels ? this.#childFor(page, key) : undefined
    }
    const node = newNode()
    let empty = 0
    for (let passed = 0; page !== undefined && passed <= this.#pages.last && empty <= mostEmpty; passed++) {
      const prefix = keyPrefixOf(page)
      empty += 1
      for (let tag = page.firstTag; tag < page.tagCount; tag++) {
        if (!readNode(page, tag, node) || node.isDeleted) continue
        const whole = wholeKey(prefix, node)
        if (passed === 0 && Buffer.compare(whole, key) < 0) continue
        empty = 0
        yield { key: whole, data: node.data }
      }
      const { objectId } = page
      page = page.next === 0 ? undefined : this.#pages.get(page.next)
      if (page?.objectId !== objectId) return
    }
  }

  /** The key of a branch's node is above those of its child; the last one has none. */
  #childFor(page: Page, key: Uint8Array): Page | undefined {
    const prefix = keyPrefixOf(page)
    const node = newNode()
    let low = page.firstTag
    let high = page.tagCount - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (!readNode(page, middle, node)) return undefined
      const whole = wholeKey(prefix, node)
      if (whole.length > 0 && Buffer.compare(whole, key) <= 0) low = middle + 1
      else high = middle
    }
    if (low >= page.tagCount || !readNode(page, low, node)) return undefined
    const child = this.#pages.get(u32(node.data, 0))
    return child?.objectId === page.objectId ? child : undefined
  }
}

function wholeKey(prefix: Uint8Array, { prefixBytes, key }: Node): Uint8Array {
  return prefixBytes === 0 ? key : Buffer.concat([prefix.subarray(0, prefixBytes), key])
}

class Walk {
  isDamaged = false
  readonly #pages: Pages
  readonly #root: Page
  readonly #visited = new Set<number>()
  /** Right neighbours that the branches did not lead to. */
  readonly #pending: number[] = []
  #expected = 0

  constructor(pages: Pages, root: Page) {
    this.#pages = pages
    this.#root = root
  }

  *below(page: Page, level: number): Generator<Page> {
    this.#visited.add(page.number)
    if ((page.flags & pageFlag.leaf) !== 0) {
      yield* this.#leaf(page)
      return
    }
    const node = newNode()
    for (let tag = page.firstTag; tag < page.tagCount; tag++) {
      const child = readNode(page, tag, node) ? this.#pageOfTree(u32(node.data, 0)) : undefined
      if (child === undefined || level >= mostLevels) this.isDamaged = true
      else yield* this.below(child, level + 1)
    }
  }

  /** A page that was split but whose parent was not written is known to its left neighbour. */
  *beside(): Generator<Page> {
    if (this.#expected !== 0) this.#pending.push(this.#expected)
    for (const first of this.#pending) {
      this.#expected = first
      while (this.#expected !== 0 && !this.#visited.has(this.#expected)) {
        const page = this.#pageOfTree(this.#expected)
        this.#expected = 0
        if (page === undefined || (page.flags & pageFlag.leaf) === 0) break
        this.#visited.add(page.number)
        yield* this.#leaf(page)
      }
    }
  }

  /** Leaves that say that they belong to the tree. */
  *found(): Generator<Page> {
    let count = 0
    for (const number of this.#pages.leavesOf(this.#root.objectId)) {
      if (this.#visited.has(number)) continue
      const page = this.#pageOfTree(number)
      if (page === undefined) continue
      this.#visited.add(number)
      count += 1
      yield page
    }
    if (count > 0) {
      this.#pages.notes.add(
        `${count} pages of the tree at page ${this.#root.number} were found by what they say of themselves: rows may be old or out of order`,
      )
    }
  }

  *#leaf(page: Page): Generator<Page> {
    if (this.#expected !== 0 && this.#expected !== page.number) this.#pending.push(this.#expected)
    this.#expected = page.next
    yield page
  }

  #pageOfTree(number: number): Page | undefined {
    if (this.#visited.has(number)) return undefined
    const page = this.#pages.get(number)
    if (page === undefined) return undefined
    if (page.objectId === this.#root.objectId && (page.flags & pageFlag.space) === 0) return page
    this.#pages.tell(number, `page ${number} belongs to another tree than the page that leads to it`)
    return undefined
  }
}
