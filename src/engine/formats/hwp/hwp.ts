// HWP 5, the documents of Hangul (Hancom, "Hangul Document File Format 5.0"): a compound file whose streams are
// compressed. The ole format yields the streams as they are, this one what they inflate to. HWPX is a zip.

import type { CfbEntry } from '../../parsers/cfb/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import {
  binDataNumber,
  type Compression,
  hasOlePrefix,
  isPlainData,
  isPostScript,
  olePrefixBytes,
  readBinData,
} from './bin-data.ts'
import { DistributionDecoder, readDistributionKey } from './distribution.ts'
import { type Document, readDocument } from './file-header.ts'
import { beginsDeflated, inflated, isSurelyDeflated } from './inflated.ts'
import { scriptText } from './script.ts'
import { isVersion3, membersOfVersion3 } from './version3.ts'

const headBytes = 64

export const hwp: Format = {
  id: 'hwp',
  kind: 'archive',

  matches: (object) => isVersion3(object.head) || readDocument(object) !== undefined,

  *members(object, context) {
    if (isVersion3(object.head)) {
      yield* membersOfVersion3(object, context)
      return
    }
    const document = readDocument(object)
    if (document === undefined) return
    if (document.lock !== undefined) {
      context.budget.countMember()
      context.fault('(document)', 'encrypted', document.lock)
      return
    }
    const compressions = compressionsOf(document, context)
    for (const entry of document.cfb.entries) {
      if (entry.kind !== 'stream' || entry.size === 0) continue
      context.budget.checkTime()
      const [storage = ''] = entry.path.toLowerCase().split('/')
      if (storage === 'bindata') {
        const compression = compressions.get(binDataNumber(entry.name)) ?? 'as-document'
        yield* binData(document, entry, compression, context)
      } else if (storage === 'scripts') yield* script(document, entry, context)
      else if (isText(storage)) yield* text(document, entry, context)
    }
  },
}

function isText(storage: string): boolean {
  return storage === 'docinfo' || storage === 'bodytext' || storage === 'viewtext' || storage === 'dochistory'
}

function compressionsOf({ cfb, isCompressed }: Document, context: UnpackContext): Map<number, Compression> {
  const entry = cfb.entries.find(({ kind, path }) => kind === 'stream' && path.toLowerCase() === 'docinfo')
  if (entry === undefined) return new Map()
  if (!isCompressed) return readBinData(entry.source, context.budget)
  // Its damage is reported when it is yielded.
  const docInfo = inflated(entry.source, entry.path, { ...context, fault: () => {} })
  try {
    return readBinData(docInfo, context.budget)
  } finally {
    docInfo.release()
  }
}

interface Readable {
  readonly source: ByteSource
  /** To be given back when `source` was read. */
  readonly held: DecodedSource | undefined
}

/** The stream's bytes in plain, still compressed: those of documents for distribution are encrypted. */
function decrypted({ source }: CfbEntry, context: UnpackContext): Readable {
  const key = readDistributionKey(source)
  if (key === undefined) return { source, held: undefined }
  const plain = new DecodedSource(() => new DistributionDecoder(source, key), context.budget)
  return { source: plain, held: plain }
}

function* text(document: Document, entry: CfbEntry, context: UnpackContext): Generator<Member> {
  const { source, held } = decrypted(entry, context)
  try {
    if (!document.isCompressed) {
      if (held !== undefined) yield { name: entry.path, source: held }
      return
    }
    if (beginsDeflated(source)) yield { name: entry.path, source: inflated(source, entry.path, context) }
    else if (!entry.path.toLowerCase().startsWith('dochistory')) reportUnread(entry, context)
  } finally {
    held?.release()
  }
}

function reportUnread({ path }: CfbEntry, context: UnpackContext): void {
  context.budget.countMember()
  context.fault(path, 'damaged', 'the stream does not inflate')
}

/** The script in plain, and once more as the text that it is. */
function* script(document: Document, entry: CfbEntry, context: UnpackContext): Generator<Member> {
  const { source, held } = decrypted(entry, context)
  try {
    const isDeflated = document.isCompressed && beginsDeflated(source)
    const plain = isDeflated ? inflated(source, entry.path, context) : source
    if (isDeflated || held !== undefined) yield { name: entry.path, source: plain }
    if (entry.name.toLowerCase() !== 'defaultjscript') return
    const produced = new ProducedSource(() => scriptText(plain), context.budget)
    yield { name: `${entry.path}.js`, source: produced, language: 'javascript' }
    plain.release?.()
  } finally {
    held?.release()
  }
}

function* binData(
  document: Document,
  entry: CfbEntry,
  compression: Compression,
  context: UnpackContext,
): Generator<Member> {
  const { path, name, source } = entry
  const isCompressed = compression === 'always' || (compression === 'as-document' && document.isCompressed)
  const head = new Uint8Array(source.read(0, headBytes))
  // What looks like a plain picture may begin like deflated data by chance, so it must be that for sure.
  const mayBeCut = isCompressed && !isPlainData(head)
  if (mayBeCut ? beginsDeflated(source) : isSurelyDeflated(source)) {
    const plain = inflated(source, path, context)
    const inner = new Uint8Array(plain.read(0, headBytes))
    if (hasOlePrefix(inner)) yield { name: path, source: behindPrefix(plain) }
    else yield { name: path, source: plain, ...languageOf(inner, name) }
  } else if (isPostScript(head, name)) yield { name: path, source, language: 'postscript' }
  else if (hasOlePrefix(head)) yield { name: path, source: behindPrefix(source) }
  else if (mayBeCut) reportUnread(entry, context)
}

function languageOf(head: Uint8Array, name: string): Pick<Member, 'language'> {
  return isPostScript(head, name) ? { language: 'postscript' } : {}
}

function behindPrefix(source: ByteSource): ByteSource {
  return {
    get size() {
      return Math.max(0, source.size - olePrefixBytes)
    },
    read: (offset, length) => source.read(olePrefixBytes + offset, length),
    release: () => source.release?.(),
  }
}
