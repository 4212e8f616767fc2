// Makes a Format out of one of 7-Zip's handlers.

import type { Format, Member, UnpackContext } from '../formats/format.ts'
import type { ScanObject } from '../scan-object.ts'
import { type ByteSource, chunksOf, sliceSource } from '../source/byte-source.ts'
import { timedSource } from '../source/search.ts'
import { Extraction, type ExtractionRequest } from './extraction.ts'

export interface SevenZipTraits {
  readonly id: string
  readonly kind: Format['kind']
  /** 7-Zip's own name of the format (`7zz i`), for an object that matches. */
  type(object: ScanObject): string
  matches(object: ScanObject): boolean
  /** Its members may need passwords. */
  readonly isEncrypting?: boolean
  /** Where it ends is known, and what lies behind that is an object of its own. */
  readonly hasTail?: boolean
  /** The name of the one object inside a stream, from the outer one. */
  nameInside?(outer: string): string
}

/** Subject of faults that are not about one member. */
const wholeArchive = '(archive)'

export function sevenZipFormat(traits: SevenZipTraits): Format {
  return {
    id: traits.id,
    kind: traits.kind,
    matches: (object) => traits.matches(object),
    members: (object, context) => membersOf(traits, object, context),
  }
}

function* membersOf(traits: SevenZipTraits, object: ScanObject, context: UnpackContext): Generator<Member> {
  const outer = object.chain.at(-1) ?? ''
  const source = timedSource(object.source, context.budget)
  const request = { source, type: traits.type(object), name: outer }
  // Most archives need none; those that do fail soon without the right one.
  const passwords = traits.isEncrypting === true ? ['', ...context.passwords] : ['']
  let locked: Locked | undefined
  for (const password of passwords) {
    const pass = new Pass({ ...request, password }, context, locked)
    for (const { name, source: bytes } of pass.members()) {
      yield { name: traits.nameInside?.(outer) ?? name, source: bytes }
    }
    locked = pass.locked
    if (traits.hasTail === true && pass.end !== undefined) yield* tailOf(source, pass.end)
    if (locked.names.size === 0 && !locked.isWhole) return
  }
  for (const name of locked?.names.values() ?? []) context.fault(name, 'encrypted', 'needs a password')
  if (locked?.isWhole === true) context.fault(wholeArchive, 'encrypted', 'needs a password')
}

/** What a password did not open: everything, or entries by their numbers. */
interface Locked {
  isWhole: boolean
  readonly names: Map<number, string>
}

/** The archive extracted once, with one password. */
class Pass {
  readonly #request: ExtractionRequest
  readonly #context: UnpackContext
  /** What the passes before did not open; all else has been yielded. */
  readonly #wanted: ReadonlyMap<number, string> | undefined
  readonly locked: Locked = { isWhole: false, names: new Map() }
  /** Where the archive ends, when this pass was the first to see it. */
  end: number | undefined

  constructor(request: ExtractionRequest, context: UnpackContext, before: Locked | undefined) {
    this.#request = request
    this.#context = context
    this.#wanted = before === undefined || before.isWhole ? undefined : before.names
  }

  *members(): Generator<Member> {
    const { budget } = this.#context
    using extraction = new Extraction(this.#request, budget)
    if (!extraction.start()) {
      budget.countMember()
      this.#context.fault(wholeArchive, 'unsupported-method', 'too many archives inside each other')
      return
    }
    for (let member; (member = extraction.next()) !== undefined;) {
      this.#tell(extraction)
      if (this.#wanted?.has(member.serial) !== false) yield member
    }
    this.#tell(extraction)
    this.#tellEnding(extraction)
    if (this.#wanted === undefined && !this.locked.isWhole) this.end = extraction.log.end
  }

  #tell(extraction: Extraction): void {
    for (const { serial, name, code, message } of extraction.log.takeProblems()) {
      // What is not wanted any more was told by the pass that read it.
      if (this.#wanted?.has(serial) === false) continue
      if (code !== 'encrypted') this.#context.fault(name ?? wholeArchive, code, message)
      else if (name === undefined) this.locked.isWhole = true
      else this.locked.names.set(serial, name)
    }
  }

  #tellEnding({ ending, log }: Extraction): void {
    if (ending === undefined) return
    const { code, failure } = ending
    if (failure !== '') this.#context.fault(wholeArchive, 'damaged', `the decoder stopped: ${failure}`)
    else if (code > 1 && !log.hasErrors)
      this.#context.fault(wholeArchive, 'damaged', 'cannot be opened or read to its end')
  }
}

/** Zeros behind the end are padding of sectors and tapes. */
function* tailOf(source: ByteSource, end: number): Generator<Member> {
  const tail = sliceSource(source, end, Math.max(0, source.size - end))
  for (const chunk of chunksOf(tail)) {
    if (chunk.every((byte) => byte === 0)) continue
    yield { name: 'trailing-data', source: tail }
    return
  }
}
