// Rebuilds a container without what is malicious in it, however deep it lies: a bad member that is a container itself
// is rebuilt and put back, every other bad member is taken out. The result is nothing but a proposal: whoever asked
// scans it as a new file before it takes the place of the old one.

import { type CureChange, type CureOutcome, isActionable, type Verdict } from '../../model/index.ts'
import type { FileFacts } from '../detectors/detector.ts'
import type { Member, UnpackContext } from '../formats/format.ts'
import { type Budget, LimitReached } from '../limits.ts'
import { Heads, type Parts, scan } from '../scan.ts'
import { headBytes, type Language, type ScanObject } from '../scan-object.ts'
import { type ByteSource, bytesSource } from '../source/byte-source.ts'
import { SourceUnreadable } from '../source/fd-source.ts'
import { CannotCure, type Editor, type Judgement } from './editor.ts'

export interface CureRequest {
  readonly source: ByteSource
  readonly name: string
  readonly file: FileFacts
  readonly passwords: readonly string[]
  /** Heuristics below it are left alone. */
  readonly decisiveScore: number
  /** A new one for every scan and every rebuilding. */
  readonly budget: () => Budget
  readonly write: (bytes: Uint8Array) => void
}

/** A container inside a container is rebuilt in memory. */
const largestInner = 256 * 1024 ** 2

/** Never throws because of what the object contains. */
export function cure(
  parts: Omit<Parts, 'heads'>,
  editors: readonly Editor[],
  request: CureRequest,
): CureOutcome {
  const curing = new Curing(parts, editors, request)
  try {
    const chain = [request.name]
    curing.rebuild({ chain, containerChain: chain, source: request.source }, request.write)
  } catch (thrown) {
    if (
      thrown instanceof CannotCure ||
      thrown instanceof LimitReached ||
      thrown instanceof SourceUnreadable
    ) {
      return { kind: 'refused', message: thrown.message }
    }
    throw thrown
  }
  const { changes } = curing
  return changes.length === 0 ? { kind: 'unchanged' } : { kind: 'rebuilt', changes }
}

interface Place {
  readonly chain: readonly string[]
  /** What the chains of its members begin with: a stream format adds no link (formats/format.ts). */
  readonly containerChain: readonly string[]
  readonly source: ByteSource
  readonly language?: Language
}

class Curing {
  readonly changes: CureChange[] = []
  readonly #parts: Omit<Parts, 'heads'>
  readonly #editors: readonly Editor[]
  readonly #request: CureRequest

  constructor(parts: Omit<Parts, 'heads'>, editors: readonly Editor[], request: CureRequest) {
    this.#parts = parts
    this.#editors = editors
    this.#request = request
  }

  rebuild(place: Place, write: (bytes: Uint8Array) => void): void {
    const { budget: newBudget, passwords } = this.#request
    const budget = newBudget()
    if (place.chain.length > budget.limits.maxDepth) throw new CannotCure('it is nested too deep')
    const object: ScanObject = {
      chain: place.chain,
      depth: place.chain.length - 1,
      source: place.source,
      head: place.source.read(0, headBytes).slice(),
    }
    const editor = this.#editors.find(({ format }) => format.matches(object))
    if (editor === undefined) throw new CannotCure('it is no container that can be rebuilt')
    const context: UnpackContext = { budget, passwords, fault: refuseDamage }
    const isStream = editor.format.kind === 'stream'
    const placeOf = (member: Member): Place => {
      const chain = [...place.containerChain, member.name]
      return { ...member, chain, containerChain: isStream ? place.containerChain : chain }
    }
    editor.edit(object, {
      context,
      judge: (member) => this.#judge(placeOf(member)),
      isToGo: (member) => this.#isToGo(placeOf(member)),
      alsoRemoved: (name, why) => {
        this.changes.push({ kind: 'removed', chain: [...place.containerChain, name], names: [why] })
      },
      write,
    })
  }

  #isToGo(place: Place): boolean {
    const names = this.#foundIn(place)
    if (names === undefined) return false
    this.changes.push({ kind: 'removed', chain: place.chain, names })
    return true
  }

  /** Undefined: nothing that is acted on. */
  #foundIn(place: Place): readonly string[] | undefined {
    const verdict = this.#scan(place)
    if (!isActionable(verdict, this.#request.decisiveScore)) return undefined
    return [...new Set(verdict.detections.map(({ name }) => name))]
  }

  #judge(place: Place): Judgement {
    const names = this.#foundIn(place)
    if (names === undefined) return { kind: 'keep' }
    const before = this.changes.length
    const bytes = this.#tryRebuild(place)
    if (bytes !== undefined) {
      // The content of a stream has no link of its own: its container's change says it.
      const isLink = place.containerChain === place.chain
      if (isLink) this.changes.push({ kind: 'rebuilt', chain: place.chain, names })
      return { kind: 'replace', bytes }
    }
    this.changes.length = before
    this.changes.push({ kind: 'removed', chain: place.chain, names })
    return { kind: 'remove' }
  }

  /** Undefined: it is no container, or one that stays bad. */
  #tryRebuild(place: Place): Uint8Array | undefined {
    const pieces: Uint8Array[] = []
    let length = 0
    const collect = (bytes: Uint8Array): void => {
      length += bytes.length
      if (length > largestInner) throw new CannotCure('a container inside is too large')
      pieces.push(new Uint8Array(bytes))
    }
    const before = this.changes.length
    try {
      this.rebuild(place, collect)
    } catch (thrown) {
      if (thrown instanceof CannotCure) return undefined
      throw thrown
    }
    if (this.changes.length === before) return undefined
    const bytes = Buffer.concat(pieces, length)
    const verdict = this.#scan({ ...place, source: bytesSource(bytes) })
    return isActionable(verdict, this.#request.decisiveScore) ? undefined : bytes
  }

  #scan({ source, chain, language }: Place): Verdict {
    const { budget, decisiveScore, file } = this.#request
    const name = chain.at(-1) ?? ''
    return scan(
      { ...this.#parts, heads: new Heads() },
      {
        source,
        name,
        size: source.knownSize ?? 0,
        budget: budget(),
        firstOnly: false,
        decisiveScore,
        file,
        ...(language === undefined ? {} : { language }),
      },
    )
  }
}

/** What was not read cannot be kept with a good conscience, nor put back as it was. */
function refuseDamage(name: string, code: string, message: string): void {
  throw new CannotCure(`${name}: ${code}, ${message}`)
}
