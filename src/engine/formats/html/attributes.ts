// What attributes hold: event handlers and javascript: URLs, which are put together, framed documents, and data: URIs that
// need decoding first (those that stand there plainly are found in the text itself).

import { type Blob, dataUriBlob, type Range } from '../../parsers/blobs/index.ts'
import { type Attribute, decodeEntities, type Tag } from '../../parsers/html/index.ts'
import type { Budget } from '../../limits.ts'
import type { Language } from '../../scan-object.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'

/** `range`: that of the attribute's value. */
type Found =
  | {
      readonly kind: 'document'
      readonly name: string
      readonly range: Range
      readonly bytes: () => Uint8Array
    }
  | { readonly kind: 'blob'; readonly blob: Blob; readonly range: Range }

interface Handlers {
  readonly texts: string[]
  readonly ranges: Range[]
}

const schemeBytes = 128
/** More of one value is not read here; plain data: URIs of any length are found elsewhere. */
const longestValue = 8 * 1024 * 1024
/** All handlers of a page together. */
const mostHandlerBytes = 4 * 1024 * 1024
const handlerName = /^on[a-z]{3,30}$/
// Browsers pass over control characters and white space before a scheme, and line ends and tabs inside.
// eslint-disable-next-line no-control-regex -- these are what it is about
const leading = /^[\u0000-\u0020]+/
const scheme = /^(javascript|vbscript|vbs|jscript|livescript|data):/i
const firstLetters = new Set(Buffer.from('jvld'))
const plainDataUri = /^data:[^&\s%]*$/

export class AttributeReader {
  readonly #source: ByteSource
  readonly #budget: Budget
  readonly #handlers = new Map<Language, Handlers>()
  #handlerBytes = 0
  #documents = 0

  constructor(source: ByteSource, budget: Budget) {
    this.#source = source
    this.#budget = budget
  }

  *read(tag: Tag): Generator<Found> {
    for (const attribute of tag.attributes) {
      if (attribute.end <= attribute.start) continue
      const { name } = attribute
      if (name === 'srcdoc') {
        const bytes = (): Uint8Array => Buffer.from(this.#text(attribute), 'latin1')
        yield { kind: 'document', name: `srcdoc-${++this.#documents}`, range: attribute, bytes }
      } else if (handlerName.test(name)) this.#addHandler(this.#text(attribute), 'javascript', attribute)
      else {
        const blob = this.#readUrl(attribute)
        if (blob !== undefined) yield { kind: 'blob', blob, range: attribute }
      }
    }
  }

  /** What was put together, by its language, and where it stood. */
  *handlers(): Generator<{ language: Language; bytes: Uint8Array; ranges: readonly Range[] }> {
    for (const [language, { texts, ranges }] of this.#handlers) {
      yield { language, bytes: Buffer.from(texts.join('\n'), 'latin1'), ranges }
    }
  }

  /** The blob of a data: URI; scripts go to the handlers. */
  #readUrl(attribute: Attribute): Blob | undefined {
    const { start, end } = attribute
    const view = this.#source.read(start, Math.min(schemeBytes, end - start))
    if (!mayBeScheme(view[0] ?? 0)) return undefined
    const raw = Buffer.from(view.buffer, view.byteOffset, view.length).toString('latin1')
    const head = urlText(decodeEntities(raw))
    const name = scheme.exec(head)?.[1]?.toLowerCase()
    if (name === undefined) return undefined
    if (name !== 'data') {
      const url = urlText(this.#text(attribute)).replace(scheme, '')
      const language = name.startsWith('vbs') ? 'vbscript' : 'javascript'
      this.#addHandler(percentDecoded(url), language, attribute)
      return undefined
    }
    if (plainDataUri.test(raw)) return undefined
    return dataUriBlob(Buffer.from(urlText(this.#text(attribute)), 'latin1'), start)
  }

  #addHandler(text: string, language: Language, { start, end }: Range): void {
    if (text.trim() === '' || this.#handlerBytes > mostHandlerBytes) return
    this.#handlerBytes += text.length
    const named = /^\s*(vbs(?:cript)?|javascript|jscript):/i.exec(text)
    const own: Language = named?.[1]?.toLowerCase().startsWith('vbs') === true ? 'vbscript' : language
    const handlers = this.#handlers.get(own) ?? { texts: [], ranges: [] }
    handlers.texts.push(named === null ? text : text.slice(named[0].length))
    handlers.ranges.push({ start, end })
    this.#handlers.set(own, handlers)
  }

  /** One character a byte. */
  #text({ start, end }: Attribute): string {
    const stop = Math.min(end, start + longestValue)
    this.#budget.charge(stop - start)
    let text = ''
    for (let at = start; at < stop;) {
      const view = this.#source.read(at, Math.min(maxRead, stop - at))
      if (view.length === 0) break
      text += Buffer.from(view.buffer, view.byteOffset, view.length).toString('latin1')
      at += view.length
    }
    return decodeEntities(text)
  }
}

/** The first letter of a scheme in either case, or what may hide it. */
function mayBeScheme(byte: number): boolean {
  return byte <= 0x20 || byte === 0x26 || firstLetters.has(byte | 0x20)
}

function urlText(text: string): string {
  return text.replace(leading, '').replaceAll(/[\t\n\r]/g, '')
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}
