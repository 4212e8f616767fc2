// All units and init scripts as their files are now. Files are read again only when they have changed, and the thread
// is left to others between scopes.

import { setImmediate as breathe } from 'node:timers/promises'

import { readAccounts } from '../accounts.ts'
import { initScripts } from './init-scripts.ts'
import { SmallFileCache } from '../small-file.ts'
import { type Unit, unitKey, type UnitScan } from './unit.ts'
import { unitScopes } from '../unit-search.ts'
import { unitsOf } from './units.ts'

/** Reads what is below `root`, over and over with the same cache. */
export class UnitScanner {
  readonly #root: string
  readonly #files = new SmallFileCache()

  constructor(root: string) {
    this.#root = root
  }

  async scan(): Promise<UnitScan> {
    const units = new Map<string, Unit>()
    const changedMs = new Map<string, number>()
    const problems: string[] = []
    const folders = new Set<string>()
    for (const scope of unitScopes(this.#root, readAccounts(this.#root))) {
      const found = await unitsOf(scope, this.#files)
      for (const unit of found.units) {
        const key = unitKey(unit)
        units.set(key, this.#withoutRoot(unit))
        const changed = found.changedMs.get(unit.name)
        if (changed !== undefined) changedMs.set(key, changed)
      }
      problems.push(...found.problems)
      for (const folder of found.folders) folders.add(folder)
      await breathe()
    }
    const init = initScripts(Buffer.from(this.#root).toString('latin1'), this.#files)
    for (const [key, unit] of init.units) units.set(key, unit)
    for (const [key, changed] of init.changedMs) changedMs.set(key, changed)
    for (const folder of init.folders) folders.add(folder)
    this.#files.endRound()
    return { units, changedMs, problems, folders }
  }

  #withoutRoot(unit: Unit): Unit {
    if (this.#root === '') return unit
    const strip = (path: string): string => path.slice(this.#root.length)
    return {
      ...unit,
      path: strip(unit.path),
      dropIns: unit.dropIns.map(({ path, sha256 }) => ({ path: strip(path), sha256 })),
    }
  }
}
