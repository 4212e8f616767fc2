// What lies in the folders that were looked into last, by name: files are asked for one by one, folder by folder.

const maxEntries = 1_000_000
const maxFolders = 4096

/** Bounded by names in all; a folder with more than that is not kept whole, and what is beyond is not found. */
export class FolderCache<Entry> {
  readonly #folders = new Map<number | string, Map<string, Entry>>()
  #entries = 0

  /** `fill` is called where the folder is not known yet; it stops adding when that gives false. */
  of(
    folder: number | string,
    fill: (add: (name: string, entry: Entry) => boolean) => void,
  ): ReadonlyMap<string, Entry> {
    const known = this.#folders.get(folder)
    if (known !== undefined) {
      this.#folders.delete(folder)
      this.#folders.set(folder, known)
      return known
    }
    const names = new Map<string, Entry>()
    fill((name, entry) => {
      if (names.size === maxEntries) return false
      if (!names.has(name)) names.set(name, entry)
      return true
    })
    this.#entries += names.size
    for (const [old, { size }] of this.#folders) {
      if (this.#entries <= maxEntries && this.#folders.size < maxFolders) break
      this.#folders.delete(old)
      this.#entries -= size
    }
    this.#folders.set(folder, names)
    return names
  }
}
