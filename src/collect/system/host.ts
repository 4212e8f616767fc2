// The host that a step looks at, and the two things that every step does: hand over a file, read a small one.

import { realpathSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import type { FileSource } from '../../evidence/source.ts'
import type { FileItem, StepContext } from '../step.ts'
import { HostTree, type Secrets } from './host-tree.ts'
import { bytesOfSource } from './read-source.ts'

/** Larger ones are no configuration. */
const maxTextBytes = 16 * 1024 * 1024

export class Host implements Disposable {
  readonly context: StepContext
  /** What stands for `/`, without links in it; `` on the running host. */
  readonly root: string
  readonly tree: HostTree

  /** Throws AppError `not-found` when the root is no folder. */
  constructor(context: StepContext, secrets: Secrets = 'left-out') {
    this.context = context
    this.root = realRoot(context.root)
    this.tree = new HostTree(this.root, secrets)
  }

  get isRunning(): boolean {
    return this.root === ''
  }

  /** Hands over what the tree could not read, as notes of the step. */
  [Symbol.dispose](): void {
    for (const { text } of this.tree.notes.kept) this.context.note(text)
    if (this.tree.notes.dropped > 0)
      this.context.note(`${this.tree.notes.dropped} more things could not be read`)
    this.tree[Symbol.dispose]()
  }

  /** Undefined where nothing is, and for a folder. Of a file larger than `maxBytes` only that it is there. */
  item(path: string, maxBytes = Infinity): FileItem | undefined {
    const file = this.tree.stat(path)
    if (file === undefined || file.kind === 'folder') return undefined
    const isTaken = file.kind === 'file' && file.size <= maxBytes
    return { kind: 'file', file, open: () => (isTaken ? this.tree.open(path) : undefined) }
  }

  /** Undefined when it is no regular file, larger than 16 MiB, or cannot be read. */
  text(path: string, maxBytes = maxTextBytes): string | undefined {
    const bytes = this.bytes(path, maxBytes)
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
  }

  /** Also of files that are not given away; nothing of it may reach an item. */
  secretBytes(path: string, maxBytes = maxTextBytes): Uint8Array | undefined {
    return this.#read(() => this.tree.openWhole(path), maxBytes)
  }

  bytes(path: string, maxBytes = maxTextBytes): Uint8Array | undefined {
    return this.#read(() => this.tree.open(path), maxBytes)
  }

  #read(open: () => FileSource | undefined, maxBytes: number): Uint8Array | undefined {
    try {
      using source = open()
      return source === undefined || source.size > maxBytes ? undefined : bytesOfSource(source)
    } catch (thrown) {
      this.context.note(messageOf(thrown))
      return undefined
    }
  }
}

function realRoot(root: string): string {
  if (root === '') return ''
  try {
    const real = realpathSync.native(root)
    return real === '/' ? '' : real
  } catch {
    return root
  }
}
