// What the objects of a document do: scripts, actions, embedded files and forms, gathered as they pass by. Strings may
// be encrypted, and what is referred to may not have been seen yet: both are settled when the whole file is known.

import type { Owner } from './security/security.ts'
import { isArray, type PdfDictionary, PdfReference, type PdfValue } from './value.ts'

/** The indirect object a value belongs to. */
export interface Holder extends Owner {
  /** Its strings are never encrypted by themselves: it lies in an object stream. */
  readonly isPlain: boolean
}

export interface Script {
  readonly holder: Holder
  readonly value: Uint8Array | PdfReference
}

export interface Action {
  readonly holder: Holder
  readonly kind: string
  readonly dictionary: PdfDictionary
  /** What starts it without a click; empty: nothing does. */
  readonly trigger: string
}

export interface FileSpecification {
  readonly holder: Holder
  readonly dictionary: PdfDictionary
}

interface Root {
  readonly holder: Holder
  readonly value: PdfValue
  readonly kind: 'action' | 'events' | 'names'
  readonly trigger: string
}

/** Entries whose actions nobody has to click on. */
const rootKinds = [
  ['OpenAction', 'action'],
  ['AA', 'events'],
  ['JavaScript', 'names'],
] as const

type Resolve = (value: PdfValue | undefined) => PdfValue

const actionKinds: ReadonlySet<string> = new Set([
  'Launch',
  'URI',
  'SubmitForm',
  'GoToR',
  'GoToE',
  'ImportData',
  'JavaScript',
])

/** Names that an honest writer has no reason to spell with `#xx`. */
const tellingNames: ReadonlySet<string> = new Set([
  'AA',
  'AcroForm',
  'Action',
  'EmbeddedFile',
  'EmbeddedFiles',
  'Encrypt',
  'JS',
  'JavaScript',
  'Launch',
  'Names',
  'ObjStm',
  'OpenAction',
  'RichMedia',
  'SubmitForm',
  'URI',
  'XFA',
])

const maxActions = 20_000
const maxRoots = 10_000
/** Scripts' strings kept until the file is known. */
const maxScriptBytes = 16 * 1024 * 1024

export class Facts {
  readonly scripts: Script[] = []
  readonly actions: Action[] = []
  readonly files: FileSpecification[] = []
  readonly forms: { readonly holder: Holder; readonly value: PdfValue }[] = []
  readonly escapedNames = new Set<string>()
  /** There was more than is kept. */
  isCut = false
  readonly #roots: Root[] = []
  #scriptBytes = 0

  /** Looks at one indirect object and everything in it. */
  add(holder: Holder, value: PdfValue): void {
    const waiting: PdfValue[] = [value]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (isArray(next)) for (const item of next) waiting.push(item)
      else if (next instanceof Map) {
        this.#dictionary(holder, next)
        for (const item of next.values()) if (typeof item === 'object') waiting.push(item ?? 0)
      }
    }
  }

  addEscapedNames(names: ReadonlySet<string>): void {
    for (const name of names) if (tellingNames.has(name)) this.escapedNames.add(name)
  }

  #dictionary(holder: Holder, dictionary: PdfDictionary): void {
    this.#action(holder, dictionary, '')
    if (dictionary.has('EF')) this.#keep(this.files, { holder, dictionary })
    const form = dictionary.get('XFA')
    if (form !== undefined) this.#keep(this.forms, { holder, value: form })
    for (const [key, kind] of rootKinds) {
      const value = dictionary.get(key)
      if (value !== undefined) this.#root({ holder, value, kind, trigger: key })
    }
  }

  #action(holder: Holder, dictionary: PdfDictionary, trigger: string): void {
    const script = dictionary.get('JS')
    const kind = script === undefined ? dictionary.get('S') : 'JavaScript'
    if (typeof kind !== 'string' || !actionKinds.has(kind)) return
    // A book has more links than anybody needs to be told.
    if (kind === 'URI' && this.actions.length >= maxActions / 2) return
    this.#keep(this.actions, { holder, kind, dictionary, trigger })
    if (trigger === '' && script !== undefined) this.#script(holder, script)
  }

  #script(holder: Holder, value: PdfValue): void {
    if (value instanceof PdfReference) this.#keep(this.scripts, { holder, value })
    if (!(value instanceof Uint8Array)) return
    this.#scriptBytes += value.length
    if (this.#scriptBytes > maxScriptBytes) this.isCut = true
    else this.#keep(this.scripts, { holder, value })
  }

  #keep<T>(list: T[], item: T): void {
    if (list.length < maxActions) list.push(item)
    else this.isCut = true
  }

  #root(root: Root): void {
    if (typeof root.value !== 'object' || root.value === null) return
    if (this.#roots.length < maxRoots) this.#roots.push(root)
    else this.isCut = true
  }

  /** Follows what starts by itself to its actions. To be called once, when every object has been added. */
  follow(resolve: Resolve): void {
    const seen = new Set<number>()
    for (let root = this.#roots.pop(); root !== undefined; root = this.#roots.pop()) {
      const { value } = root
      if (value instanceof PdfReference) {
        if (seen.has(value.number) || seen.size >= maxRoots) continue
        seen.add(value.number)
      }
      this.#followOne({ ...root, value: resolve(value) })
    }
  }

  #followOne(root: Root): void {
    const { value, kind } = root
    if (isArray(value)) {
      for (const item of value) this.#root({ ...root, value: item })
    } else if (value instanceof Map) {
      if (kind === 'events') {
        for (const [event, item] of value) {
          this.#root({ ...root, value: item, kind: 'action', trigger: `${root.trigger}/${event}` })
        }
      } else if (kind === 'names') {
        this.#root({ ...root, value: value.get('Kids') ?? null })
        this.#root({ ...root, value: value.get('Names') ?? null, kind: 'action' })
      } else {
        this.#action(root.holder, value, root.trigger)
        this.#root({ ...root, value: value.get('Next') ?? null })
      }
    }
  }
}
