// The forms of a text in which ClamAV searches it besides the file itself, and the search in them: the matcher runs over
// them as over an object of a kind of its own.

import type { Image } from '../../image.ts'
import type { Budget } from '../../limits.ts'
import type { HitList } from '../../matcher/hit-list.ts'
import { Matcher } from '../../matcher/matcher.ts'
import { normalisedProfile } from './compile-body.ts'
import { normaliseHtml } from './normal-html.ts'
import { narrowed, normaliseText } from './normal-text.ts'

/** ClamAV's defaults: larger texts are searched as they are only. */
const maxTextBytes = 20 * 1024 * 1024
const maxHtmlBytes = 40 * 1024 * 1024
const maxTaglessBytes = 8 * 1024 * 1024

/** Buffers up to this size are kept for the next object. */
const keptBytes = 4 * 1024 * 1024

export class NormalForms {
  readonly #image: Image
  #matcher: Matcher | undefined
  #buffer = new Uint8Array(0)

  constructor(image: Image) {
    this.#image = image
  }

  /** Undefined: too large. Good until the next call. */
  textOf(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length > maxTextBytes) return undefined
    if (this.#buffer.length < bytes.length || this.#buffer.length > keptBytes) {
      this.#buffer = new Uint8Array(bytes.length)
    }
    return this.#buffer.subarray(0, normaliseText(bytes, this.#buffer))
  }

  /** The text without comments, then the one without tags. */
  htmlOf(bytes: Uint8Array): Uint8Array[] {
    if (bytes.length > maxHtmlBytes) return []
    const { withoutComments, withoutTags } = normaliseHtml(bytes)
    return bytes.length > maxTaglessBytes ? [withoutComments] : [withoutComments, withoutTags]
  }

  /** The same for HTML in UTF-16. */
  htmlOfUtf16(bytes: Uint8Array): Uint8Array[] {
    return this.htmlOf(narrowed(bytes.subarray(0, maxHtmlBytes)))
  }

  /** Good until the next call. */
  match(bytes: Uint8Array, budget: Budget): HitList {
    this.#matcher ??= new Matcher(this.#image)
    return this.#matcher.run({ bytes, profile: normalisedProfile, all: false, budget })
  }
}
