// The compiled signatures as they lie in the database's image. What a signature says is read when it is first needed.

import type { Image } from '../../image.ts'
import { signatureField, signatureWords, type StoredAbout } from './layout.ts'

const nothing: StoredAbout = {
  magics: [],
  containers: [],
  always: [],
  macros: [],
  hasRelativeText: false,
}

export class SignatureTable {
  readonly count: number
  readonly about: StoredAbout
  readonly #words: Int32Array
  readonly #text: Uint8Array
  /** For each pattern: where its signatures begin in `#users`. */
  readonly #firstUser: Int32Array
  readonly #users: Int32Array

  constructor(image: Image) {
    this.#words = image.words('clamav-signatures')
    this.#text = image.bytes('clamav-text')
    this.#firstUser = image.words('clamav-first-user')
    this.#users = image.words('clamav-users')
    this.count = this.#words.length / signatureWords
    const about = image.bytes('clamav-about')
    this.about = about.length === 0 ? nothing : (textOf(about) as StoredAbout)
  }

  kind(signature: number): number {
    return this.#words[signature * signatureWords + signatureField.kind] ?? 0
  }

  target(signature: number): number {
    return this.#words[signature * signatureWords + signatureField.target] ?? 0
  }

  /** One of the Stored… types, by its kind. */
  detail(signature: number): unknown {
    const at = signature * signatureWords
    const offset = this.#words[at + signatureField.detail] ?? 0
    return textOf(this.#text.subarray(offset, offset + (this.#words[at + signatureField.detailLength] ?? 0)))
  }

  /** The signatures to look at when a pattern was found. */
  usersOf(pattern: number): Int32Array {
    return this.#users.subarray(this.#firstUser[pattern] ?? 0, this.#firstUser[pattern + 1] ?? 0)
  }
}

function textOf(bytes: Uint8Array): unknown {
  // Shared memory cannot be decoded in place.
  return JSON.parse(Buffer.from(bytes).toString('utf8'))
}
