// The quarantine: a folder (0700) of items (0600), one file each. Whatever kills us at whatever moment, the original or
// the finished item exists: an item gets its name only when all of it is on the disk, and only then is the original removed.

import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  unlinkSync,
} from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { exchange, type ExchangeRequest } from './exchange.ts'
import { readItem } from './file-format.ts'
import { isId, type Item } from './item.ts'
import { restoreItem, type Restored, type RestoreOptions } from './restore.ts'
import { syncFolder } from './sync-folder.ts'
import { type Store, take, type Taken, type TakeRequest } from './take.ts'

const suffix = '.item'
/** Unfinished copies of a run that was killed; older than any copy takes. */
const staleMs = 3_600_000

export type Listed =
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'damaged'; readonly id: string; readonly problem: string }

export class Quarantine {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Copies a file in and removes the original, if its path still leads to it. Throws AppError. */
  add(request: TakeRequest): Taken {
    return take(request, this.#store())
  }

  /** Copies a file in and puts a cured one in its place, if its path still leads to it. Throws AppError. */
  exchange(request: ExchangeRequest): Taken {
    return exchange(request, this.#store())
  }

  #store(): Store {
    this.#prepare()
    this.#sweep()
    return {
      directory: this.#directory,
      temporary: (id) => join(this.#directory, `.${id}${suffix}`),
      final: (id) => join(this.#directory, id + suffix),
    }
  }

  /** All items, oldest first; one that cannot be read is listed as damaged, never hidden. */
  list(): Listed[] {
    return this.#ids().map((id) => {
      try {
        return { kind: 'item', item: this.show(id) }
      } catch (thrown) {
        return { kind: 'damaged', id, problem: messageOf(thrown) }
      }
    })
  }

  /** Throws AppError `not-found` or `quarantine`. */
  show(id: string): Item {
    const fd = this.#open(id)
    try {
      const { header, size, sha256 } = readItem(fd)
      const { key: _, ...rest } = header
      return { ...rest, size, sha256 }
    } finally {
      closeSync(fd)
    }
  }

  /** Puts the file back as it was and removes the item. Throws AppError; then nothing has changed. */
  restore(id: string, options: RestoreOptions = {}): Restored {
    const fd = this.#open(id)
    try {
      const restored = restoreItem(fd, options)
      this.#remove(id)
      return restored
    } finally {
      closeSync(fd)
    }
  }

  /** Destroys the item for good. Throws AppError `not-found`. */
  delete(id: string): void {
    // A damaged item can be deleted too; a name that is none of ours cannot.
    closeSync(this.#open(id))
    this.#remove(id)
  }

  /** The id that begins with `prefix`. Throws AppError `not-found` when there is none or more than one. */
  resolve(prefix: string): string {
    const matching = this.#ids().filter(
      (id) => id === prefix || (prefix.length >= 8 && id.startsWith(prefix)),
    )
    const [only, second] = matching
    if (only !== undefined && second === undefined) return only
    throw new AppError(
      'not-found',
      `${matching.length === 0 ? 'no item' : 'more than one item'} is called ${prefix}`,
      {
        hint: 'haechi quarantine list shows the names',
      },
    )
  }

  #ids(): string[] {
    let names: string[]
    try {
      names = readdirSync(this.#directory)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw new AppError(
        'permission',
        `cannot read the quarantine ${this.#directory}: ${messageOf(thrown)}`,
        {
          hint: 'only root may look into the quarantine of the system',
          cause: thrown,
        },
      )
    }
    return names
      .filter((name) => name.endsWith(suffix))
      .map((name) => name.slice(0, -suffix.length))
      .filter(isId)
      .toSorted()
  }

  #open(id: string): number {
    if (!isId(id)) throw new AppError('not-found', `${id} is not the name of an item`)
    try {
      return openSync(join(this.#directory, id + suffix), constants.O_RDONLY | constants.O_NOFOLLOW)
    } catch (thrown) {
      throw new AppError('not-found', `the item ${id} cannot be opened: ${messageOf(thrown)}`, {
        cause: thrown,
      })
    }
  }

  #remove(id: string): void {
    unlinkSync(join(this.#directory, id + suffix))
    syncFolder(this.#directory)
  }

  /** Makes the folder and insists that it is ours alone: who may write in it could exchange items. */
  #prepare(): void {
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      const stat = lstatSync(this.#directory)
      if (!stat.isDirectory() || stat.uid !== process.geteuid?.()) {
        throw new AppError('quarantine', `${this.#directory} is not a folder of our own`, {
          hint: 'choose another one in [quarantine] directory',
        })
      }
      if ((stat.mode & 0o7777) !== 0o700) chmodSync(this.#directory, 0o700)
    } catch (thrown) {
      if (thrown instanceof AppError) throw thrown
      throw new AppError(
        'permission',
        `cannot make the quarantine ${this.#directory}: ${messageOf(thrown)}`,
        {
          hint: 'run as root, or choose another folder in [quarantine] directory',
          cause: thrown,
        },
      )
    }
  }

  #sweep(): void {
    for (const name of readdirSync(this.#directory)) {
      if (!name.startsWith('.') || !name.endsWith(suffix)) continue
      const path = join(this.#directory, name)
      const stat = lstatSync(path, { throwIfNoEntry: false })
      if (stat !== undefined && Date.now() - stat.mtimeMs > staleMs) unlinkSync(path)
    }
  }
}
