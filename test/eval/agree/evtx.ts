// Event logs against libevtx's evtxexport (package libevtx-utils) and python-evtx's evtx_dump.py (python3-evtx): that each
// record of theirs is among ours, and that its texts are the same. What is made the same before comparing:
// - times: ours have 7 digits of the second, libevtx 9 of which the last two are zeros, python-evtx 6 that are rounded
//   down through a double (compared to the hundredth of a second): zeros at the end are cut off
// - hexadecimal numbers: libevtx fills them with zeros; SizeT is decimal with libevtx, hexadecimal with Windows and us
// - GUIDs: upper case; python-evtx has lower case
// - binary: python-evtx writes base64; booleans: it writes True and False
// - arrays: python-evtx writes their items as <string> into the text of one element
// - floating point numbers: libevtx writes 3.199234e+003
// - white space: runs of it are one blank, since evtxexport's text is taken apart by lines
// evtx_dump.py is slow: it gets the files up to 70 KiB.

import { readFileSync, statSync } from 'node:fs'

import { type EvtxRecord, readEvtx, TemplateLibrary } from '../../../src/evidence/evtx/index.ts'
import { Notes } from '../../../src/evidence/note.ts'
import { memorySource } from '../../../src/evidence/source.ts'
import { evidenceFiles, oracle } from './evidence-files.ts'
import { regression } from './evtx/regression.ts'
import { documentsOf, leavesOf } from './evtx/xml.ts'

const pythonMaxBytes = 70 * 1024

interface Tally {
  files: number
  /** That the oracle read to their end. */
  filesRead: number
  records: number
  missing: number
  /** Of ours, in files that the oracle read. */
  more: number
  values: number
  differ: number
  readonly examples: string[]
}

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  using corpus = evidenceFiles()
  const files = corpus?.files(/\.evtx$/i) ?? []
  const libevtx = tally()
  const python = tally()
  const library = new TemplateLibrary()
  let records = 0
  let unreadable = 0
  let shortcuts = 0
  for (const file of files) {
    const own = [...readEvtx(memorySource(readFileSync(file)), { notes: new Notes(), library })]
    records += own.length
    for (const record of own) {
      const event = record.event()
      if (event === undefined) unreadable += 1
      else if (JSON.stringify(event) !== JSON.stringify(record.eventByNodes())) shortcuts += 1
    }
    compare(own, oracle('evtxexport', '-f', 'xml', file), libevtx)
    if (statSync(file).size <= pythonMaxBytes) compare(own, pythonText(oracle('evtx_dump.py', file)), python)
  }
  return {
    name: 'event logs against libevtx and python-evtx',
    figures: {
      files: files.length,
      records,
      unreadable,
      jsonUnlikeXml: shortcuts,
      ...named('libevtx', libevtx),
      ...named('python', python),
      ...Object.fromEntries(Object.entries(regression()).map(([key, value]) => [`sigma.${key}`, value])),
    },
  }
}

/** One element a line; an array's items as elements, which python-evtx writes into the text of one. */
function pythonText(text: string | undefined): string | undefined {
  const opened = /(?:<|&lt;)string(?:>|&gt;)/g
  const closed = /(?:<|&lt;)\/string(?:>|&gt;)/g
  return text
    ?.replace(/<Data>((?:<|&lt;)string(?:>|&gt;)[^]*?)\n?<\/Data>/g, (_, items: string) =>
      items.replace(opened, '<Data>').replace(closed, '</Data>'),
    )
    .replaceAll('><', '>\n<')
}

function tally(): Tally {
  return { files: 0, filesRead: 0, records: 0, missing: 0, more: 0, values: 0, differ: 0, examples: [] }
}

function named(name: string, { examples, ...counts }: Tally): Record<string, number | string> {
  const share = counts.values === 0 ? 0 : (100 * (counts.values - counts.differ)) / counts.values
  const all = { ...counts, equalPercent: share.toFixed(4), examples: examples.join(' | ') }
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [`${name}.${key}`, value]))
}

function compare(own: readonly EvtxRecord[], text: string | undefined, to: Tally): void {
  to.files += 1
  if (text === undefined) return
  to.filesRead += 1
  const documents = documentsOf(text)
  to.records += documents.length
  const ours = new Map<string, string[]>()
  for (const record of own) {
    const xml = record.xml()
    if (xml !== undefined) ours.set(keyOf(xml), [...(ours.get(keyOf(xml)) ?? []), xml])
  }
  to.more += Math.max(0, own.length - documents.length)
  for (const document of documents) {
    const xml = ours.get(keyOf(document))?.shift()
    if (xml === undefined) to.missing += 1
    else compareOne(xml, document, to)
  }
}

/** The number alone may stand in a log twice; python-evtx's order of chunks is the file's, as ours is. */
function keyOf(xml: string): string {
  return /<EventRecordID>(\d+)</.exec(xml)?.[1] ?? ''
}

function compareOne(own: string, theirs: string, to: Tally): void {
  const texts = new Map(leavesOf(theirs).map(({ path, text }) => [path, text]))
  const tell = (path: string, ...values: readonly (string | undefined)[]): void => {
    to.differ += 1
    if (to.examples.length < 10)
      to.examples.push(`${path}: ${values.map((value) => value?.slice(0, 60)).join(' / ')}`)
  }
  for (const { path, text } of leavesOf(own)) {
    const other = texts.get(path)
    texts.delete(path)
    to.values += 1
    if (other === undefined || !isSame(text, other)) tell(path, text, other)
  }
  for (const [path, text] of texts) {
    to.values += 1
    tell(path, undefined, text)
  }
}

function isSame(own: string, other: string): boolean {
  if (own === other) return true
  const [a, b] = [normal(own), normal(other)]
  if (a === b) return true
  // SizeT.
  if (/^0x[\da-f]+$/.test(a) && /^\d+$/.test(b)) return BigInt(a) === BigInt(b)
  if (/^(true|false)$/.test(a)) return a === b.toLowerCase()
  if (/^([\dA-F]{2})+$/.test(a) && Buffer.from(a, 'hex').toString('base64') === b) return true
  const [msA, msB] = [timeOf(own), timeOf(other)]
  return msA !== undefined && msB !== undefined && Math.abs(msA - msB) < 10
}

/** Only of the forms that the two tools write. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?$/.test(text)) return undefined
  return Date.parse(`${text.replace(' ', 'T').slice(0, 23).replace('Z', '')}Z`)
}

function normal(text: string): string {
  const trimmed = text.replace(/\s+/g, ' ').trim()
  if (/^0x[0-9a-fA-F]+$/.test(trimmed))
    return `0x${trimmed
      .slice(2)
      .replace(/^0+(?=.)/, '')
      .toLowerCase()}`
  if (/^\{[0-9A-Fa-f-]{36}\}$/.test(trimmed)) return trimmed.toUpperCase()
  return /^-?\d+\.\d+e[+-]\d+$/.test(trimmed) ? String(Number(trimmed)) : trimmed
}

if (import.meta.main) console.log(await agree())
