// The graph of recent things: nodes by kind, links between them, and the events that have no story yet. Everything has a bound;
// the oldest that is no member of an open incident goes first.

import type { Event, LinkKind, NodeKind } from '../model/index.ts'
import type { Found } from './detections.ts'
import type { Bounds } from './options.ts'
import type {
  AddressFacts,
  Facts,
  FileFacts,
  GraphLink,
  GraphNode,
  Note,
  ProcessFacts,
  RequestFacts,
} from './state.ts'

const maxLinksOfNode = 192
const maxSequences = 4

export interface NewNode {
  readonly label: string
  readonly facts?: Facts
  readonly isShared?: boolean
  readonly process?: ProcessFacts
  readonly file?: FileFacts
  readonly request?: RequestFacts
  readonly address?: AddressFacts
}

interface LinkFound {
  readonly from: GraphNode
  readonly to: GraphNode
  readonly kind: LinkKind
  readonly why: string
  readonly event: Event
}

type Shelf = 'process' | 'file' | 'request' | 'address' | 'other'

export class Memory {
  /** Links that nobody has followed yet. */
  fresh: GraphLink[] = []
  readonly #shelves: Readonly<Record<Shelf, Map<string, GraphNode>>> = {
    process: new Map(),
    file: new Map(),
    request: new Map(),
    address: new Map(),
    other: new Map(),
  }
  readonly #room: Readonly<Record<Shelf, number>>
  readonly #notes: (Note | undefined)[] = []
  #nextNote = 0
  readonly #maxNotes: number
  /** Told when a node is forgotten, so that indexes are. */
  readonly #onForget: (node: GraphNode) => void

  constructor(bounds: Bounds, onForget: (node: GraphNode) => void) {
    this.#room = {
      process: bounds.maxProcesses,
      file: bounds.maxFiles,
      request: bounds.maxRequests,
      address: bounds.maxAddresses,
      other: bounds.maxOthers,
    }
    this.#maxNotes = bounds.maxNotes
    this.#onForget = onForget
  }

  get(kind: NodeKind, id: string): GraphNode | undefined {
    return this.#shelf(kind).get(id)
  }

  /** Any kind; ids begin with it. */
  find(id: string): GraphNode | undefined {
    return this.#shelf(id.slice(0, Math.max(0, id.indexOf(':')))).get(id)
  }

  /** As `get`, and puts off its being forgotten. */
  touch(kind: NodeKind, id: string): GraphNode | undefined {
    const shelf = this.#shelf(kind)
    const node = shelf.get(id)
    if (node === undefined) return undefined
    shelf.delete(id)
    shelf.set(id, node)
    return node
  }

  add(kind: NodeKind, id: string, made: NewNode): GraphNode {
    const shelf = this.#shelf(kind)
    const node: GraphNode = {
      id,
      kind,
      label: made.label,
      facts: made.facts ?? {},
      links: [],
      notes: [],
      story: undefined,
      past: undefined,
      isShared: made.isShared === true,
      ...(made.process === undefined ? {} : { process: made.process }),
      ...(made.file === undefined ? {} : { file: made.file }),
      ...(made.request === undefined ? {} : { request: made.request }),
      ...(made.address === undefined ? {} : { address: made.address }),
    }
    const room = this.#room[shelfOf(kind)]
    if (shelf.size >= room) this.#makeRoom(shelf)
    shelf.set(id, node)
    return node
  }

  /** Remembers that two belong together; `fresh` has it when that is news. */
  link({ from, to, kind, why, event }: LinkFound): GraphLink | undefined {
    if (from === to) return undefined
    const shorter = from.links.length <= to.links.length ? from : to
    const known = shorter.links.find((link) => link.from === from && link.to === to && link.kind === kind)
    const sequence = event.event.sequence ?? 0
    if (known !== undefined) {
      if (known.sequences.length < maxSequences && !known.sequences.includes(sequence))
        known.sequences.push(sequence)
      return known
    }
    const link: GraphLink = { from, to, kind, why, first: event['@timestamp'], sequences: [sequence] }
    attach(from, link)
    attach(to, link)
    this.fresh.push(link)
    return link
  }

  takeFresh(): readonly GraphLink[] {
    const { fresh } = this
    if (fresh.length > 0) this.fresh = []
    return fresh
  }

  /** Keeps an event for the story that its actor may belong to some day. */
  note(event: Event, actor: GraphNode, others: readonly GraphNode[], detections: readonly Found[]): void {
    const note: Note = { event, actor, others, detections }
    const old = this.#notes[this.#nextNote]
    if (old !== undefined) {
      const at = old.actor.notes.indexOf(old)
      if (at >= 0) old.actor.notes.splice(at, 1)
    }
    this.#notes[this.#nextNote] = note
    this.#nextNote = (this.#nextNote + 1) % this.#maxNotes
    actor.notes.push(note)
  }

  #shelf(kind: string): Map<string, GraphNode> {
    return this.#shelves[shelfOf(kind)]
  }

  #makeRoom(shelf: Map<string, GraphNode>): void {
    let tries = 32
    for (const [id, node] of shelf) {
      if (node.story === undefined) {
        shelf.delete(id)
        this.#forget(node)
        return
      }
      // Members stay: to the end of the queue with it.
      shelf.delete(id)
      shelf.set(id, node)
      tries -= 1
      if (tries === 0) return
    }
  }

  #forget(node: GraphNode): void {
    for (const link of node.links) detach(link.from === node ? link.to : link.from, link)
    node.links.length = 0
    node.notes.length = 0
    this.#onForget(node)
  }
}

function shelfOf(kind: string): Shelf {
  return kind === 'process' || kind === 'file' || kind === 'request' || kind === 'address' ? kind : 'other'
}

function attach(node: GraphNode, link: GraphLink): void {
  if (node.links.length >= maxLinksOfNode) {
    const [oldest] = node.links
    if (oldest !== undefined) {
      detach(oldest.from, oldest)
      detach(oldest.to, oldest)
    }
  }
  node.links.push(link)
}

function detach(node: GraphNode, link: GraphLink): void {
  const at = node.links.indexOf(link)
  if (at >= 0) node.links.splice(at, 1)
}
