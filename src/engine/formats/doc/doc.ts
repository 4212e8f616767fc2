// Word documents up to 2003: the field codes of their text, where DDE hides, and the text itself where it is encrypted.

import { type Cfb, type CfbEntry, isCfb, readCfb } from '../../parsers/cfb/index.ts'
import { officePasswords } from '../../parsers/office-crypto/index.ts'
import { ddeFields } from '../../parsers/word-fields/index.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { decryptDocument, type Decrypted, isEncrypted } from './decrypt.ts'
import { textPieces } from './pieces.ts'

function streamNamed(cfb: Cfb, folder: string, wanted: string): CfbEntry | undefined {
  const path = `${folder}${wanted}`.toLowerCase()
  return cfb.entries.find((entry) => entry.kind === 'stream' && entry.path.toLowerCase() === path)
}

function isDocument({ name, kind }: CfbEntry): boolean {
  return kind === 'stream' && name.toLowerCase() === 'worddocument'
}

export const doc: Format = {
  id: 'doc',
  kind: 'archive',

  matches: ({ head, source }) => isCfb(head) && (readCfb(source)?.entries.some(isDocument) ?? false),

  *members({ source }, context) {
    const cfb = readCfb(source, context.budget)
    if (cfb === undefined) return
    for (const entry of cfb.entries.filter(isDocument)) yield* documentMembers(cfb, entry, context)
  },
}

/** Which of the two table streams goes with a document ([MS-DOC] 2.5.2). */
const usesSecondTable = 0x0200

function* documentMembers(cfb: Cfb, entry: CfbEntry, context: UnpackContext): Generator<Member> {
  const head = new Uint8Array(entry.source.read(0, 32))
  if (head.length < 32) return
  const flags = (head[10] ?? 0) | ((head[11] ?? 0) << 8)
  const folder = entry.path.slice(0, entry.path.length - entry.name.length)
  const table = streamNamed(cfb, folder, (flags & usesSecondTable) === 0 ? '0Table' : '1Table')
  if (!isEncrypted(head)) {
    yield* fieldMembers(entry.source, table?.source, context)
    return
  }
  const data = streamNamed(cfb, folder, 'Data')
  const parts = { document: entry.source, table: table?.source, data: data?.source }
  const opened = decryptDocument(parts, head, officePasswords(context.passwords), context.budget)
  if (typeof opened === 'string') {
    const isKnown = opened === 'encrypted'
    const message = isKnown ? 'needs a password' : 'is encrypted in a way that is not supported'
    context.fault(entry.path, isKnown ? 'encrypted' : 'unsupported-method', message)
    return
  }
  yield* decryptedMembers(opened, folder, context)
}

function* decryptedMembers(opened: Decrypted, folder: string, context: UnpackContext): Generator<Member> {
  try {
    yield { name: `${folder}WordDocument (decrypted)`, source: opened.document }
    if (opened.table !== undefined) yield { name: `${folder}Table (decrypted)`, source: opened.table }
    if (opened.data !== undefined) yield { name: `${folder}Data (decrypted)`, source: opened.data }
    yield* fieldMembers(opened.document, opened.table, context)
  } finally {
    for (const source of [opened.document, opened.table, opened.data]) source?.release?.()
  }
}

function* fieldMembers(
  document: ByteSource,
  table: ByteSource | undefined,
  { budget }: UnpackContext,
): Generator<Member> {
  const fields = ddeFields(textPieces(document, table, budget), budget)
  if (fields === '') return
  const bytes = Buffer.from(fields)
  budget.charge(bytes.length)
  yield { name: 'DDE fields.txt', source: bytesSource(bytes), language: 'dde' }
}
