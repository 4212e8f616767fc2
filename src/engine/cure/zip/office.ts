// What else has to change in an OOXML package (ECMA-376 part 2) when its macros are taken out: relations and content
// types that lead nowhere make Office call the document damaged.

import type { Judgement } from '../editor.ts'

export interface ZipEntry {
  readonly name: string
}

const typesName = '[Content_Types].xml'

/** The judgements with those of the package's own tables changed where parts they name are gone. */
export function consequencesOf<E extends ZipEntry>(
  entries: readonly E[],
  judgements: readonly Judgement[],
  contentOf: (entry: E) => Uint8Array,
): Judgement[] {
  const removed = entries.filter((_, index) => judgements[index]?.kind === 'remove').map(({ name }) => name)
  const isPackage = entries.some(({ name }) => name === typesName)
  if (removed.length === 0 || !isPackage) return [...judgements]
  return entries.map((entry, index) => {
    const judgement = judgements[index] ?? { kind: 'keep' }
    if (judgement.kind !== 'keep') return judgement
    const isTable = entry.name === typesName || /(?:^|\/)_rels\/[^/]*\.rels$/.test(entry.name)
    if (!isTable) return judgement
    const before = Buffer.from(contentOf(entry)).toString('utf8')
    const after =
      entry.name === typesName ? typesWithout(before, removed) : relationsWithout(before, entry.name, removed)
    return after === before ? judgement : { kind: 'replace', bytes: Buffer.from(after) }
  })
}

/** Overrides of the removed parts go; without macros the main part is an ordinary document. */
function typesWithout(xml: string, removed: readonly string[]): string {
  const names = new Set(removed.map((name) => `/${name}`.toLowerCase()))
  const without = xml.replaceAll(/<Override\b[^<>]{0,2000}?\/>/g, (tag) =>
    names.has(attribute(tag, 'PartName').toLowerCase()) ? '' : tag,
  )
  const hadMacros = removed.some((name) => /vbaProject\.bin$/i.test(name))
  return hadMacros
    ? without.replaceAll(/application\/vnd\.ms-[a-z]+\.[a-z]+\.macroEnabled\.main\+xml/gi, plainType)
    : without
}

const plainTypes: Readonly<Record<string, string>> = {
  'application/vnd.ms-word.document.macroenabled.main+xml':
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml',
  'application/vnd.ms-word.template.macroenabled.main+xml':
    'application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml',
  'application/vnd.ms-excel.sheet.macroenabled.main+xml':
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml',
  'application/vnd.ms-excel.template.macroenabled.main+xml':
    'application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml',
  'application/vnd.ms-powerpoint.presentation.macroenabled.main+xml':
    'application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml',
  'application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml':
    'application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml',
  'application/vnd.ms-powerpoint.template.macroenabled.main+xml':
    'application/vnd.openxmlformats-officedocument.presentationml.template.main+xml',
}

function plainType(type: string): string {
  return plainTypes[type.toLowerCase()] ?? type
}

function relationsWithout(xml: string, table: string, removed: readonly string[]): string {
  // `word/_rels/document.xml.rels` speaks of paths below `word/`.
  const folder = table.slice(0, table.lastIndexOf('_rels/'))
  const names = new Set(removed.map((name) => name.toLowerCase()))
  return xml.replaceAll(/<Relationship\b[^<>]{0,4000}?\/>/g, (tag) => {
    if (/TargetMode="External"/i.test(tag)) return tag
    return names.has(resolved(folder, attribute(tag, 'Target')).toLowerCase()) ? '' : tag
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
  const at = tag.indexOf(`${name}="`)
  if (at < 0) return ''
  const from = at + name.length + 2
  return tag.slice(from, tag.indexOf('"', from))
}
