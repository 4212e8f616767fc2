// What else has to change in an Office document when parts of it are taken out (ECMA-376 part 2, OPC): relations and content
// types that lead nowhere make Office call the document damaged, and parts that only they led to are of no use. The type of
// the document stays macro-enabled: it goes with the extension of the file's name, and needs no macros.

import { CannotCure, type Judgement } from '../editor.ts'

export interface ZipEntry {
  readonly name: string
}

export interface Package<E extends ZipEntry> {
  readonly entries: readonly E[]
  /** By the order of the entries. */
  readonly judgements: readonly Judgement[]
  contentOf(entry: E): Uint8Array
  /** Is told of parts that nothing leads to any more. */
  alsoRemoved(name: string, why: string): void
}

const typesName = '[Content_Types].xml'
const packageTable = '_rels/.rels'
const tableName = /(?:^|\/)_rels\/[^/]*\.rels$/i
const relationTag =
  /<(?:\w{1,32}:)?Relationship\b[^<>]{0,4000}?(?:\/>|>\s{0,64}<\/(?:\w{1,32}:)?Relationship>)/g
const overrideTag = /<(?:\w{1,32}:)?Override\b[^<>]{0,2000}?(?:\/>|>\s{0,64}<\/(?:\w{1,32}:)?Override>)/g
/** Beside a project; some programs leave them without a relation. */
const besideProject = /^(?:vbaData\.xml|vbaProjectSignature\w{0,16}\.bin)$/i

/** The judgements with those of the package's own tables changed where parts they name are gone. */
export function consequencesOf<E extends ZipEntry>(document: Package<E>): Judgement[] {
  const { entries } = document
  const judgements = withTablesKept(document)
  const removed = entries.filter((_, index) => judgements[index]?.kind === 'remove').map(({ name }) => name)
  const isPackage = entries.some(({ name }) => name === typesName)
  if (removed.length === 0 || !isPackage) return [...judgements]
  const tables = new Map<E, string>()
  for (const [index, entry] of entries.entries()) {
    const isTable = entry.name === typesName || tableName.test(entry.name)
    if (isTable && judgements[index]?.kind === 'keep') tables.set(entry, textOf(document.contentOf(entry)))
  }
  checkMainPart(tables, removed)
  const lost = lostParts(entries, tables, removed)
  for (const [name, why] of lost) document.alsoRemoved(name, why)
  const gone = new Set([...removed, ...lost.keys()].map((name) => name.toLowerCase()))
  return entries.map((entry, index) => {
    const judgement = judgements[index] ?? { kind: 'keep' }
    if (judgement.kind !== 'keep') return judgement
    if (lost.has(entry.name)) return { kind: 'remove' }
    const before = tables.get(entry)
    if (before === undefined) return judgement
    const after =
      entry.name === typesName ? typesWithout(before, gone) : relationsWithout(before, entry.name, gone)
    return after === before ? judgement : { kind: 'replace', bytes: Buffer.from(after) }
  })
}

/** A table that leads elsewhere is not taken out: the part that uses its relations would be called damaged. */
function withTablesKept<E extends ZipEntry>(document: Package<E>): Judgement[] {
  return document.entries.map((entry, index) => {
    const judgement = document.judgements[index] ?? { kind: 'keep' }
    if (judgement.kind !== 'remove' || !tableName.test(entry.name)) return judgement
    const before = textOf(document.contentOf(entry))
    const after = before.replaceAll(relationTag, (tag) => (isExternal(tag) ? leadingNowhere(tag) : tag))
    return after === before ? judgement : { kind: 'replace', bytes: Buffer.from(after) }
  })
}

function isExternal(tag: string): boolean {
  return attribute(tag, 'TargetMode').toLowerCase() === 'external'
}

/** Hyperlinks lead somewhere only when somebody follows them. */
function leadingNowhere(tag: string): string {
  if (/\/hyperlink$/i.test(attribute(tag, 'Type'))) return tag
  return tag.replace(/(\sTarget\s{0,16}=\s{0,16})(?:"[^"]*"|'[^']*')/, '$1"about:blank"')
}

/** What the package says to be its document. */
function checkMainPart<E extends ZipEntry>(tables: ReadonlyMap<E, string>, removed: readonly string[]): void {
  const gone = new Set(removed.map((name) => name.toLowerCase()))
  for (const [{ name }, text] of tables) {
    if (name.toLowerCase() !== packageTable) continue
    for (const [tag] of text.matchAll(relationTag)) {
      const isMain = /\/officeDocument$/i.test(attribute(tag, 'Type'))
      if (isMain && gone.has(resolved('', attribute(tag, 'Target')).toLowerCase())) {
        throw new CannotCure('the document itself is malicious')
      }
    }
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

/** Parts that only removed ones led to, and why they go. What nothing led to before stays. */
function lostParts<E extends ZipEntry>(
  entries: readonly E[],
  tables: ReadonlyMap<E, string>,
  removed: readonly string[],
): Map<string, string> {
  const targets = new Map<string, string[]>()
  for (const [{ name }, text] of tables) {
    if (name !== typesName) targets.set(sourceOf(name), targetsOf(text, name))
  }
  const gone = new Set(removed.map((name) => name.toLowerCase()))
  const before = reachable(targets, new Set())
  const after = reachable(targets, gone)
  const lost = new Map<string, string>()
  const why = `belongs to ${removed.join(', ')}`
  const folders = new Set(removed.filter((name) => /vbaProject\.bin$/i.test(name)).map(folderOf))
  for (const { name } of entries) {
    const lower = name.toLowerCase()
    if (gone.has(lower)) continue
    const isLost = before.has(lower) && !after.has(lower)
    const isBeside = folders.has(folderOf(name)) && besideProject.test(name.slice(folderOf(name).length))
    if (isLost || isBeside) lost.set(name, why)
  }
  for (const { name } of tables.keys()) {
    const source = name === typesName ? '' : sourceOf(name)
    if (source !== '' && (gone.has(source) || [...lost.keys()].some((n) => n.toLowerCase() === source))) {
      lost.set(name, why)
    }
  }
  return lost
}

/** All parts that relations lead to from the package on, in lower case; those of `ends` lead no further. */
function reachable(targets: ReadonlyMap<string, readonly string[]>, ends: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  const waiting = ['']
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    if (ends.has(source)) continue
    for (const target of targets.get(source) ?? []) {
      if (found.has(target)) continue
      found.add(target)
      waiting.push(target)
    }
  }
  return found
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1)
}

/** `word/_rels/document.xml.rels` is the table of `word/document.xml`, `_rels/.rels` that of the package: ''. */
function sourceOf(table: string): string {
  return table
    .toLowerCase()
    .replace(/_rels\/([^/]*)$/, '$1')
    .replace(/\.rels$/, '')
}

/** Relations in it speak of paths beside that part. */
function folderOfTable(table: string): string {
  return table.slice(0, table.lastIndexOf('_rels/'))
}

function targetsOf(xml: string, table: string): string[] {
  const found: string[] = []
  for (const [tag] of xml.matchAll(relationTag)) {
    if (isExternal(tag)) continue
    found.push(resolved(folderOfTable(table), attribute(tag, 'Target')).toLowerCase())
  }
  return found
}

function typesWithout(xml: string, gone: ReadonlySet<string>): string {
  return xml.replaceAll(overrideTag, (tag) =>
    gone.has(attribute(tag, 'PartName').toLowerCase().replace(/^\//, '')) ? '' : tag,
  )
}

function relationsWithout(xml: string, table: string, gone: ReadonlySet<string>): string {
  return xml.replaceAll(relationTag, (tag) => {
    if (isExternal(tag)) return tag
    return gone.has(resolved(folderOfTable(table), attribute(tag, 'Target')).toLowerCase()) ? '' : tag
  })
}

function resolved(folder: string, target: string): string {
  if (target.startsWith('/')) return target.slice(1)
  const parts = folder.split('/').filter((part) => part !== '')
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

function attribute(tag: string, name: string): string {
  const match = new RegExp(`\\s${name}\\s{0,16}=\\s{0,16}(?:"([^"]*)"|'([^']*)')`).exec(tag)
  return match?.[1] ?? match?.[2] ?? ''
}
