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
    if (isEncodedScript(object.head)) {
      const script = encodedScript(source, { start: 0, end: source.size }, budget)
      if (script !== undefined) yield { name: 'decoded', source: script, ...languageOfText(script) }
      return
    }
    if (isUtf7(object.head)) {
      yield { name: 'utf-7', source: new DecodedSource(() => new Utf7Decoder(source), budget) }
    }
    const seen: Range[] = []
    yield* markupMembers(source, seen, budget)
    for (const blob of blobsIn({ source, budget, without: seen })) yield blobMember(blob, budget)
    source.release?.()
  },
}

/** Markup is ASCII in all its parts: UTF-16 is read as UTF-8. */
function textSource(object: ScanObject, budget: Budget): ByteSource {
  const source = timedSource(object.source, budget)
  const kind = textKindOf(object)
  if (kind === undefined || kind === 'bytes') return source
  return new DecodedSource(() => new Utf16Decoder(source, kind), budget)
}

/** Scripts and what attributes hold; the ranges that need no second look go to `seen`. */
function* markupMembers(source: ByteSource, seen: Range[], budget: Budget): Generator<Member> {
  const reader = new AttributeReader(source, budget)
  const isMarkupFirst = beginsWithTag(source.read(0, headBytes))
  let scripts = 0
  for (const tag of tagsOf(source, budget)) {
    for (const found of reader.read(tag)) {
      if (found.kind === 'document')
        yield { name: found.name, source: new ProducedSource(found.bytes, budget) }
      else {
        yield blobMember(found.blob, budget)
        seen.push(found.range)
      }
    }
    // A text about markup has tags that never end.
    if (tag.content === undefined || !(tag.content.isClosed || isMarkupFirst)) continue
    const script = scriptRange(source, tag.content)
    if (script.end <= script.start) continue
    seen.push(script)
    yield scriptMember(
      source,
      script,
      { name: `script-${++scripts}`, ...scriptLanguage(source, tag) },
      budget,
    )
  }
  for (const { language, bytes } of reader.handlers()) {
    yield {
      name: language === 'javascript' ? 'handlers' : `handlers (${language})`,
      source: bytesSource(bytes),
      language,
    }
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
