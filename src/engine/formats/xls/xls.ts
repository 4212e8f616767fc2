// Excel workbooks up to 2003: macro sheets as text, DDE links, and the stream itself where it is encrypted.

import { readWorkbook, type Workbook } from '../../parsers/biff/index.ts'
import { type CfbEntry, isCfb, readCfb } from '../../parsers/cfb/index.ts'
import { officePasswords } from '../../parsers/office-crypto/index.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { decryptWorkbook } from './decrypt.ts'
import { macroText } from './macro-text.ts'

const streamNames = new Set(['workbook', 'book'])

function isWorkbook({ name, kind }: CfbEntry): boolean {
  return kind === 'stream' && streamNames.has(name.toLowerCase())
}

export const xls: Format = {
  id: 'xls',
  kind: 'archive',

  matches: ({ head, source }) => isCfb(head) && (readCfb(source)?.entries.some(isWorkbook) ?? false),

  *members({ source }, context) {
    const cfb = readCfb(source, context.budget)
    for (const entry of cfb?.entries.filter(isWorkbook) ?? []) yield* workbookMembers(entry, context)
  },
}

function* workbookMembers({ path, source }: CfbEntry, context: UnpackContext): Generator<Member> {
  const opened = decryptWorkbook(source, officePasswords(context.passwords), context.budget)
  if (opened === 'encrypted') {
    context.fault(path, 'encrypted', 'needs a password')
    return
  }
  if (opened === 'unsupported') {
    context.fault(path, 'unsupported-method', 'is encrypted in a way that is not supported')
    return
  }
  if (opened !== undefined) yield { name: `${path} (decrypted)`, source: opened }
  try {
    yield* contentMembers(opened ?? source, context)
  } finally {
    opened?.release?.()
  }
}

function* contentMembers(source: ByteSource, context: UnpackContext): Generator<Member> {
  const workbook = readWorkbook(source, context.budget)
  if (workbook === undefined) return
  for (const sheet of workbook.sheets) {
    if (!sheet.isMacro) continue
    const text = macroText(source, workbook, sheet, context.budget)
    yield { name: `XLM/${sheet.name}.txt`, source: textSource(text, context), language: 'xlm' }
  }
  const links = linkText(workbook)
  if (links !== '') yield { name: 'DDE links.txt', source: textSource(links, context), language: 'dde' }
}

function textSource(text: string, { budget }: UnpackContext): ByteSource {
  const bytes = Buffer.from(text)
  budget.charge(bytes.length)
  return bytesSource(bytes)
}

function linkText({ ddeLinks }: Workbook): string {
  return ddeLinks.map((link) => `=${link}`).join('\n')
}
