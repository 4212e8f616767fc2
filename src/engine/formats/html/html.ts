// HTML and its relatives (see format.md): scripts, event handlers, framed documents, data: URIs and blobs hidden in the text.

import { type Blob, blobsIn, type Range, Utf16Decoder } from '../../parsers/blobs/index.ts'
import {
  beginsWithTag,
  encodedRange,
  isEncodedScript,
  isMarkup,
  isUtf7,
  ScriptDecoder,
  tagsOf,
} from '../../parsers/html/index.ts'
import { isMailbox, isMimeDirectory, mailStartOf, Utf7Decoder } from '../../parsers/mime/index.ts'
import { headBytes, type Language, type ScanObject } from '../../scan-object.ts'
import { type ByteSource, bytesSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Budget } from '../../limits.ts'
import { textKindOf } from '../../text-kind.ts'
import type { Format, Member } from '../format.ts'
import { AttributeReader } from './attributes.ts'
import { scriptLanguage } from './language.ts'

export const html: Format = {
  id: 'html',
  kind: 'archive',

  matches: (object) =>
    isMarkup(object) &&
    mailStartOf(object.head) < 0 &&
    !isMailbox(object.head) &&
    !isMimeDirectory(object.head),

  *members(object, { budget }) {
    const source = textSource(object, budget)
    for (const { member } of partsOfPage(object, source, budget)) yield member
    source.release?.()
  },
}

export interface PagePart {
  readonly member: Member
  /** What to take out of the page to be rid of it: ranges of the text, in order. None: it is the whole page. */
  readonly ranges: readonly Range[]
}

/** The parts of the page whose text is `source`. */
export function* partsOfPage(object: ScanObject, source: ByteSource, budget: Budget): Generator<PagePart> {
  if (isEncodedScript(object.head)) {
    const script = encodedScript(source, { start: 0, end: source.size }, budget)
    if (script === undefined) return
    yield { member: { name: 'decoded', source: script, ...languageOfText(script) }, ranges: [] }
    return
  }
  if (isUtf7(object.head)) {
    const page = new DecodedSource(() => new Utf7Decoder(source), budget)
    yield { member: { name: 'utf-7', source: page }, ranges: [] }
  }
  const seen: Range[] = []
  yield* markupParts(source, seen, budget)
  for (const blob of blobsIn({ source, budget, without: seen })) {
    yield { member: blobMember(blob, budget), ranges: [blob] }
  }
}

/** Markup is ASCII in all its parts: UTF-16 is read as UTF-8. */
export function textSource(object: ScanObject, budget: Budget): ByteSource {
  const source = timedSource(object.source, budget)
  const kind = textKindOf(object)
  if (kind === undefined || kind === 'bytes') return source
  return new DecodedSource(() => new Utf16Decoder(source, kind), budget)
}

/** Scripts and what attributes hold; the ranges that need no second look go to `seen`. */
function* markupParts(source: ByteSource, seen: Range[], budget: Budget): Generator<PagePart> {
  const reader = new AttributeReader(source, budget)
  const isMarkupFirst = beginsWithTag(source.read(0, headBytes))
  let scripts = 0
  for (const tag of tagsOf(source, budget)) {
    for (const found of reader.read(tag)) {
      const ranges = [found.range]
      if (found.kind === 'document') {
        yield { member: { name: found.name, source: new ProducedSource(found.bytes, budget) }, ranges }
      } else {
        yield { member: blobMember(found.blob, budget), ranges }
        seen.push(found.range)
      }
    }
    // A text about markup has tags that never end.
    if (tag.content === undefined || !(tag.content.isClosed || isMarkupFirst)) continue
    const script = scriptRange(source, tag.content)
    if (script.end <= script.start) continue
    seen.push(script)
    const named = { name: `script-${++scripts}`, ...scriptLanguage(source, tag) }
    yield { member: scriptMember(source, script, named, budget), ranges: [tag.content] }
  }
  for (const { language, bytes, ranges } of reader.handlers()) {
    const name = language === 'javascript' ? 'handlers' : `handlers (${language})`
    yield { member: { name, source: bytesSource(bytes), language }, ranges }
  }
}

function blobMember(blob: Blob, budget: Budget): Member {
  const { name, language } = blob
  return { name, source: blob.decoded(budget), ...(language === undefined ? {} : { language }) }
}

interface Named {
  readonly name: string
  readonly language?: Language
}

function scriptMember(source: ByteSource, range: Range, named: Named, budget: Budget): Member {
  return {
    ...named,
    source: encodedScript(source, range, budget) ?? sliceSource(source, range.start, range.end - range.start),
  }
}

function encodedScript(source: ByteSource, { start, end }: Range, budget: Budget): DecodedSource | undefined {
  const range = encodedRange(source, start, end)
  if (range === undefined) return undefined
  return new DecodedSource(
    () => new ScriptDecoder(source, range.start, range.end),
    budget,
    range.end - range.start,
  )
}

/** A file of its own does not say what it is: VBScript has no braces and semicolons. */
function languageOfText(script: ByteSource): { language: Language } {
  const text = Buffer.from(script.read(0, 4096)).toString('latin1')
  const isBasic =
    /\b(?:dim|sub|end if|set|on error|msgbox|createobject)\b/i.test(text) &&
    !/[;{]\s*[\r\n]|\bvar\s/.test(text)
  return { language: isBasic ? 'vbscript' : 'javascript' }
}

const edgeBytes = 256

/** Without white space and a CDATA section around it. */
function scriptRange(source: ByteSource, { start, end }: Range): Range {
  const head = Buffer.from(source.read(start, Math.min(edgeBytes, end - start))).toString('latin1')
  const before = /^(?:\s|\/\/|\/\*|<!--)*<!\[CDATA\[(?:\*\/)?|^\s+/.exec(head)?.[0].length ?? 0
  const from = start + before
  const tailAt = Math.max(from, end - edgeBytes)
  const tail = Buffer.from(source.read(tailAt, end - tailAt)).toString('latin1')
  const behind = /(?:(?:\/\/|\/\*)?\]\]>(?:\s|\*\/|-->)*|\s+)$/.exec(tail)?.[0].length ?? 0
  return { start: from, end: Math.max(from, end - behind) }
}
