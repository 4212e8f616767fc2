// What is told of a directory's files, decided once for each directory from the tables of places, because globs are
// too slow to be asked for each of thousands of events a second.

import { compileGlobs, type GlobSet } from '../../base/glob.ts'
import { autostartPlaces, type AutostartPlace } from './autostart-places.ts'
import type { Homes } from './homes.ts'
import { type Tell, watchedPlaces } from './watched-places.ts'

/** A row of one of the tables of places. */
export interface Rule {
  readonly name: string
  readonly tell: Tell
  readonly severity: number
  readonly autostart: AutostartPlace | undefined
}

/** Of one directory. */
export interface Interest {
  /** Its changes are neither told nor counted one by one. */
  readonly excluded: boolean
  /** Of every file in it that none of `names` matches. */
  readonly rule: Rule
  readonly names: readonly { readonly glob: GlobSet; readonly rule: Rule }[]
}

interface CompiledGlob {
  readonly isHome: boolean
  /** What every directory that matches begins with. */
  readonly prefix: string
  /** What every path that matches begins with. */
  readonly literal: string
  /** Matches the directory of the file. */
  readonly directory: GlobSet
  /** Matches the file's name; undefined: everything below. */
  readonly name: GlobSet | undefined
  readonly rule: Rule
}

const elsewhere: Rule = { name: '', tell: 'programs', severity: 1, autostart: undefined }
const counted: Rule = { ...elsewhere, tell: 'nothing' }

export interface InterestOptions {
  readonly root: string
  readonly homes: Homes
  /** Globs of paths (without the root) that are left out. */
  readonly exclude: readonly string[]
  /** Tells every change of every file that is not left out. */
  readonly isEverythingTold: boolean
}

export class Interests {
  readonly #options: InterestOptions
  readonly #globs: readonly CompiledGlob[]
  readonly #excluded: GlobSet
  readonly #elsewhere: Rule

  constructor(options: InterestOptions) {
    this.#options = options
    this.#excluded = compileGlobs(options.exclude.flatMap((glob) => [glob, `${glob}/**`]))
    this.#elsewhere = options.isEverythingTold ? { ...elsewhere, tell: 'everything' } : elsewhere
    this.#globs = [
      ...autostartPlaces.flatMap((place: AutostartPlace) =>
        compileAll(place.globs, {
          name: place.kind,
          tell: 'everything',
          severity: place.severity,
          autostart: place,
        }),
      ),
      ...watchedPlaces.flatMap(({ globs, ...place }) =>
        compileAll(globs, {
          ...place,
          tell: options.isEverythingTold ? 'everything' : place.tell,
          autostart: undefined,
        }),
      ),
    ]
  }

  /** Of a directory by its path (bytes in a latin1 string) on this host. */
  of(path: string): Interest {
    const within = this.#withinRoot(path)
    if (within === undefined || this.#excluded.matches(within))
      return { excluded: true, rule: counted, names: [] }
    const home = this.#options.homes.within(within)
    const names: { glob: GlobSet; rule: Rule }[] = []
    for (const glob of this.#globs) {
      const candidate = glob.isHome ? home : within
      if (candidate === undefined || !candidate.startsWith(glob.prefix)) continue
      if (!glob.directory.matches(candidate)) continue
      if (glob.name === undefined) return { excluded: false, rule: glob.rule, names }
      names.push({ glob: glob.name, rule: glob.rule })
    }
    return { excluded: false, rule: this.#elsewhere, names }
  }

  /** Whether files of an autostart place may lie below a directory. */
  mayHold(path: string): boolean {
    const within = this.#withinRoot(path)
    if (within === undefined) return false
    const home = this.#options.homes.within(within)
    return this.#globs.some((glob) => {
      const candidate = glob.isHome ? home : within
      if (candidate === undefined || glob.rule.autostart === undefined) return false
      return candidate.startsWith(glob.literal) || glob.literal.startsWith(`${candidate}/`)
    })
  }

  isExcluded(path: string): boolean {
    const within = this.#withinRoot(path)
    return within === undefined || this.#excluded.matches(within)
  }

  #withinRoot(path: string): string | undefined {
    const { root } = this.#options
    if (root === '') return path
    if (path === root) return '/'
    return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined
  }
}

/** The row that stands for a name in a directory. */
export function ruleOf(interest: Interest, name: string): Rule {
  for (const candidate of interest.names) if (candidate.glob.matches(name)) return candidate.rule
  return interest.rule
}

/** Rows for one glob of a table; braces that hold a slash are opened here, so that the last name stands alone. */
function compileAll(globs: readonly string[], rule: Rule): CompiledGlob[] {
  return globs.flatMap((glob) => openBraces(glob)).map((glob) => compile(glob, rule))
}

function compile(glob: string, rule: Rule): CompiledGlob {
  const isHome = glob.startsWith('~')
  const path = isHome ? glob.slice(1) : glob
  const cut = path.lastIndexOf('/')
  const isBelow = path.endsWith('/**')
  const directory = isBelow ? path : path.slice(0, cut)
  const prefix = (isBelow ? path.slice(0, -3) : directory).replace(/[*?[].*$/s, '')
  return {
    isHome,
    prefix,
    literal: path.replace(/[*?[].*$/s, ''),
    // The empty path is the home itself, or the root.
    directory: directory === '' ? emptyPath : compileGlobs([directory]),
    name: isBelow ? undefined : compileGlobs([path.slice(cut + 1)]),
    rule,
  }
}

const emptyPath: GlobSet = { matches: (path) => path === '' || path === '/' }

/** The globs that a glob with braces stands for. The tables are ours: they are bounded. */
export function openBraces(glob: string): string[] {
  const group = /\{([^{}]*)\}/.exec(glob)
  if (group === null) return [glob]
  const [whole, inside = ''] = group
  const [before, after] = [glob.slice(0, group.index), glob.slice(group.index + whole.length)]
  return inside.split(',').flatMap((choice) => openBraces(before + choice + after))
}
