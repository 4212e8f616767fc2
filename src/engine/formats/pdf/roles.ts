// Which streams of a document are embedded files, scripts or parts of a form, and the scripts that are strings.

import { fileText, isArray, type PdfDocument, PdfReference, textOfString } from '../../parsers/pdf/index.ts'

export interface Role {
  readonly kind: 'file' | 'script' | 'form'
  readonly name?: string
}

export interface Roles {
  /** By object number. */
  readonly streams: ReadonlyMap<number, Role>
  readonly scripts: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  readonly fileNames: ReadonlySet<string>
}

export function rolesIn(document: PdfDocument): Roles {
  const streams = new Map<number, Role>()
  addForms(document, streams)
  const fileNames = addFiles(document, streams)
  const scripts = addScripts(document, streams)
  return { streams, scripts, fileNames }
}

/** ISO 32000-2, 7.11.4. */
function addFiles(document: PdfDocument, streams: Map<number, Role>): Set<string> {
  const fileNames = new Set<string>()
  for (const { holder, dictionary } of document.facts.files) {
    const name = fileText(dictionary, holder, document.reader)
    const embedded = document.resolve(dictionary.get('EF'))
    if (!(embedded instanceof Map)) continue
    for (const reference of embedded.values()) {
      if (!(reference instanceof PdfReference)) continue
      streams.set(reference.number, name === '' ? { kind: 'file' } : { kind: 'file', name })
      if (name !== '') fileNames.add(name)
    }
  }
  return fileNames
}

function addScripts(document: PdfDocument, streams: Map<number, Role>): Roles['scripts'] {
  const scripts = new Map<string, { name: string; bytes: Uint8Array }>()
  const seen = new Set<number>()
  for (const { holder, value } of document.facts.scripts) {
    let owner = holder
    let content: unknown = value
    if (value instanceof PdfReference) {
      if (seen.has(value.number)) continue
      seen.add(value.number)
      content = document.resolve(value)
      owner = document.holderOf(value)
      // The dictionary of a stream.
      if (content instanceof Map) streams.set(value.number, { kind: 'script' })
    }
    const bytes = content instanceof Uint8Array ? document.string(content, owner) : undefined
    if (bytes === undefined || bytes.length === 0) continue
    const text = textOfString(bytes)
    const isWide = text.length < bytes.length
    if (!scripts.has(text)) {
      scripts.set(text, {
        name: `object ${owner.number} javascript`,
        bytes: isWide ? Buffer.from(text) : bytes,
      })
    }
  }
  return [...scripts.values()]
}

/** XFA forms (ISO 32000-2, 12.7.8): one stream, or pairs of a packet's name and its stream. */
function addForms(document: PdfDocument, streams: Map<number, Role>): void {
  for (const { holder, value } of document.facts.forms) {
    const form = document.resolve(value)
    if (!isArray(form)) {
      if (value instanceof PdfReference) streams.set(value.number, { kind: 'form', name: 'xfa' })
      continue
    }
    for (let i = 0; i + 1 < form.length; i += 2) {
      const packet = form[i + 1]
      const name = fileText(form[i], holder, document.reader)
      if (packet instanceof PdfReference)
        streams.set(packet.number, { kind: 'form', name: `xfa ${name}`.trim() })
    }
  }
}
