// Documents that run, fetch or exploit something when they are opened, judged by traits. Each part of a document is
// judged where it is an object by itself; what an ordinary document has scores nothing.

import { actionsTitle } from '../../parsers/pdf/index.ts'
import { isOneNote } from '../../parsers/onenote/index.ts'
import { linksTitle } from '../../parsers/rtf/index.ts'
import type { ScanObject } from '../../scan-object.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import { startsWith } from '../../source/starts-with.ts'
import { textOf } from '../../source/text.ts'
import type { DetectContext, Detector } from '../detector.ts'
import { directoryAt, judgeEquation, judgeEquationDirectory } from './equation.ts'
import { judgeJavaScript } from './javascript.ts'
import { isLinkStream, judgeLinkStream } from './moniker.ts'
import { judgeOneNote } from './onenote.ts'
import { judgePdfActions } from './pdf-actions.ts'
import { isPostScript, judgePostScript } from './postscript.ts'
import { judgeRelations } from './relations.ts'
import { judgeRtfLinks } from './rtf-links.ts'
import type { Finding } from './trait.ts'

const maxTextBytes = 1024 * 1024
const maxBinaryBytes = 64 * 1024
const directoryBytes = 512

export const documentDetector: Detector = {
  id: 'document',
  detect(object, context) {
    const findings = findingsIn(object, context)
    if (findings.length > 0) tell(findings, context)
  },
}

function findingsIn(object: ScanObject, context: DetectContext): Finding[] {
  const { head, source, language, chain } = object
  if (language === 'javascript') return judgeJavaScript(wholeText(object))
  if (language === 'postscript' || isPostScript(head)) return judgePostScript(latin1(source))
  if (isOneNote(head)) return judgeOneNote(source, context.budget)
  if (isLinkStream(head)) return judgeLinkStream(bytesOf(source))
  const directory = directoryAt(head)
  if (directory >= 0) return judgeEquationDirectory(source.read(directory, directoryBytes))
  const name = chain.at(-1) ?? ''
  if (name.startsWith('object ') ? /\(equation\.\d\)$/i.test(name) : /^equation native$/i.test(name)) {
    return judgeEquation(bytesOf(source))
  }
  if (startsWith(head, pdfTitle)) return judgePdfActions(wholeText(object))
  if (startsWith(head, rtfTitle)) return judgeRtfLinks(wholeText(object))
  return hasRelations(head) ? judgeRelations(wholeText(object)) : []
}

const pdfTitle = Buffer.from(`${actionsTitle}\n`)
const rtfTitle = Buffer.from(`${linksTitle}\n`)

/** Bytes, because a search for text in UTF-16 at an odd address never ends in Node 26. */
const relationsNames = [Buffer.from('Relationships'), Buffer.from('Relationships', 'utf16le')]
/** Behind an XML declaration and comments. */
const relationsWithin = 2048

/** An XML document whose root is the table of relations, in whatever encoding. */
function hasRelations(head: Uint8Array): boolean {
  const first = head[0]
  // Markup, a mark of UTF-8 or of UTF-16, or white space.
  if (
    first !== 0x3c &&
    first !== 0xef &&
    first !== 0xff &&
    first !== 0xfe &&
    first !== 0x0a &&
    first !== 0x0d
  )
    return false
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, relationsWithin))
  return relationsNames.some((name) => start.includes(name))
}

function wholeText(object: ScanObject): string {
  return textOf(object, maxTextBytes) ?? latin1(object.source)
}

function latin1(source: ByteSource): string {
  return copyBytes(source, { most: maxTextBytes }).toString('latin1')
}

function bytesOf(source: ByteSource): Uint8Array {
  return source.read(0, maxBinaryBytes).slice()
}

/** One report for each name: the highest score, every reason. */
function tell(findings: readonly Finding[], context: DetectContext): void {
  for (const [name, same] of Map.groupBy(findings, (finding) => finding.name)) {
    const best = same.reduce((a, b) => (b.score > a.score ? b : a))
    context.suspect({
      name,
      offset: best.offset ?? 0,
      score: best.score,
      reasons: [...new Set(same.map(({ reason }) => reason))].slice(0, maxReasons),
      techniques: [...new Set(same.flatMap(({ techniques }) => techniques))],
    })
  }
}

const maxReasons = 10
