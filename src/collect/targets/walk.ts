// Finds the files of many places in one walk: only folders that some place leads into are listed, and each of them once. Links are
// never followed, so that nothing is walked in circles; how deep and how much is bounded all the same.

import { compileGlobs } from '../../base/glob.ts'
import type { EvidenceTree, TreeEntry, TreeKind } from '../../evidence/tree.ts'
import { isGlob } from './place.ts'
import type { Place, Target } from './target.ts'

export interface Found {
  readonly target: Target
  readonly path: string
  readonly kind: TreeKind
  readonly stream?: string
}

export interface WalkLimits {
  /** Looked at before each folder; the walk ends there when it is so. */
  readonly isOver: () => boolean
  readonly maxDepth?: number
  readonly maxFolders?: number
  /** What was not walked, one sentence. */
  readonly note: (text: string) => void
}

interface Pattern {
  readonly target: Target
  readonly place: Place
}

/** How far a pattern has got: its parts before `at` are matched by the folders above. */
interface State {
  readonly pattern: Pattern
  readonly at: number
}

const foldersInOneGo = 64

type NameTest = (name: string) => boolean

/** Each file, or stream of one, once: of the first target that names it. Undefined from time to time: others may do something. */
export function* findPlaces(
  tree: EvidenceTree,
  targets: readonly Target[],
  limits: WalkLimits,
): Generator<Found | undefined> {
  const { maxDepth = 64, maxFolders = 2_000_000 } = limits
  const tests = new NameTests(tree.foldsCase)
  const patterns = targets.flatMap((target) => target.places.map((place): Pattern => ({ target, place })))
  const open: { folder: string; depth: number; states: readonly State[] }[] = [
    { folder: '', depth: 0, states: patterns.map((pattern) => ({ pattern, at: 0 })) },
  ]
  let folders = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (limits.isOver()) {
      limits.note(`the time was over before ${next.folder === '' ? '/' : next.folder} was searched`)
      return
    }
    folders += 1
    if (folders % foldersInOneGo === 0) yield undefined
    if (folders > maxFolders) {
      limits.note(`not more than ${maxFolders} folders were searched`)
      return
    }
    const { folder, depth } = next
    const states = new StatesOfFolder(next.states, tests)
    const inner: typeof open = []
    for (const entry of tree.list(folder === '' ? '/' : folder)) {
      const path = `${folder}/${entry.name}`
      if (entry.kind !== 'folder') yield* states.found(entry, path)
      else {
        const entered = states.enter(entry.name)
        if (entered.length === 0) continue
        if (depth + 1 < maxDepth) inner.push({ folder: path, depth: depth + 1, states: entered })
        else limits.note(`${path} lies too deep and was not searched`)
      }
    }
    // The first folder of the list first.
    while (inner.length > 0) {
      const last = inner.pop()
      if (last !== undefined) open.push(last)
    }
  }
}

/** The states in one folder, names first: most parts of places are plain names. */
class StatesOfFolder {
  readonly #named = new Map<string, State[]>()
  readonly #others: State[] = []
  readonly #tests: NameTests

  constructor(states: readonly State[], tests: NameTests) {
    this.#tests = tests
    for (const state of withSkipped(states)) {
      const part = partOf(state)
      if (isGlob(part)) this.#others.push(state)
      else {
        const name = tests.fold(part)
        const there = this.#named.get(name)
        if (there === undefined) this.#named.set(name, [state])
        else there.push(state)
      }
    }
  }

  *found(entry: TreeEntry, path: string): Generator<Found> {
    const told = new Set<string>()
    for (const state of this.#matching(entry.name)) {
      const { target, place } = state.pattern
      if (!isLast(state) || place.name?.test(entry.name) === false) continue
      const key = place.stream ?? ''
      if (told.has(key)) continue
      told.add(key)
      const { kind } = entry
      yield { target, path, kind, ...(place.stream === undefined ? {} : { stream: place.stream }) }
    }
  }

  /** The states inside a folder of this name. */
  enter(name: string): State[] {
    const entered: State[] = []
    for (const state of this.#matching(name)) {
      // `**` may go on, or be over: `withSkipped` looks at what follows.
      if (partOf(state) === '**') entered.push(state)
      else if (!isLast(state)) entered.push({ pattern: state.pattern, at: state.at + 1 })
    }
    return entered
  }

  *#matching(name: string): Generator<State> {
    yield* this.#named.get(this.#tests.fold(name)) ?? []
    for (const state of this.#others) if (this.#tests.matches(partOf(state), name)) yield state
  }
}

/** `**` stands for no folder, too. */
function* withSkipped(states: readonly State[]): Generator<State> {
  for (const state of states) {
    yield state
    for (
      let at = state.at;
      state.pattern.place.parts[at] === '**' && at + 1 < state.pattern.place.parts.length;
      at++
    )
      yield { pattern: state.pattern, at: at + 1 }
  }
}

function partOf({ pattern, at }: State): string {
  return pattern.place.parts[at] ?? ''
}

function isLast({ pattern, at }: State): boolean {
  return at === pattern.place.parts.length - 1
}

/** Globs of single names, each compiled once. */
class NameTests {
  readonly #foldsCase: boolean
  readonly #compiled = new Map<string, NameTest>()

  constructor(foldsCase: boolean) {
    this.#foldsCase = foldsCase
  }

  fold(name: string): string {
    return this.#foldsCase ? name.toLowerCase() : name
  }

  matches(part: string, name: string): boolean {
    if (part === '**' || part === '*') return true
    let test = this.#compiled.get(part)
    if (test === undefined) {
      const globs = compileGlobs([this.fold(part)])
      test = (one) => globs.matches(one)
      this.#compiled.set(part, test)
    }
    return test(this.fold(name))
  }
}
