// External relations of OOXML documents (ECMA-376 part 2, 9.3): links and pictures from elsewhere are ordinary, a
// template, an object or a frame that is fetched when the document is opened is not.

import { type Place, placeOf } from './targets.ts'
import { type Finding, technique } from './trait.ts'

/** Score by the last part of the relation's type, for the web and for a share. */
const kinds: Readonly<
  Record<string, { readonly web: number; readonly share: number; readonly what: string }>
> = {
  attachedTemplate: { web: 88, share: 80, what: 'a template' },
  oleObject: { web: 90, share: 80, what: 'an object' },
  frame: { web: 85, share: 80, what: 'a frame' },
  subDocument: { web: 85, share: 80, what: 'a part of the document' },
  aFChunk: { web: 85, share: 80, what: 'a part of the document' },
  customUI: { web: 85, share: 80, what: 'buttons' },
  externalLinkPath: { web: 40, share: 30, what: 'a linked workbook' },
}

const maxRelations = 20_000

export function judgeRelations(text: string): Finding[] {
  const findings: Finding[] = []
  for (let at = text.indexOf('<Relationship'), count = 0; at >= 0 && count < maxRelations; count++) {
    // A `>` may stand in a value, a `<` may not.
    const next = text.indexOf('<', at + 1)
    findings.push(...judgeElement(text.slice(at, next < 0 ? text.length : next), at))
    at = next < 0 ? -1 : text.indexOf('<Relationship', next)
  }
  return findings
}

function judgeElement(element: string, offset: number): Finding[] {
  if (!/\bTargetMode\s*=\s*["']External["']/i.test(element)) return []
  const target = attribute(element, 'Target')
  const type = attribute(element, 'Type').split('/').at(-1) ?? ''
  const place = placeOf(target)
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  const score = scoreOf(place, target, kind)
  if (score === 0) return []
  const what = kind?.what ?? 'something'
  return [
    {
      name:
        type === 'attachedTemplate' ? 'Heuristic.Ooxml.RemoteTemplate' : 'Heuristic.Ooxml.ExternalRelation',
      score,
      reason: `loads ${what} (${type}) from ${target.slice(0, 200)}`,
      techniques: [technique.templateInjection],
      offset,
    },
  ]
}

function scoreOf(place: Place, target: string, kind: { web: number; share: number } | undefined): number {
  if (place === 'handler') return 95
  if (kind === undefined || place === 'local') return 0
  // `page.html!` makes of a page an object (CVE-2022-30190, CVE-2021-40444).
  return kind.web > 60 && target.endsWith('!') ? 95 : kind[place]
}

function attribute(element: string, name: string): string {
  const found = new RegExp(String.raw`\s${name}\s*=\s*(?:"([^"]*)"|'([^']*)')`).exec(element)
  return unescaped(found?.[1] ?? found?.[2] ?? '').trim()
}

function unescaped(text: string): string {
  return text
    .replaceAll(/&#(x[\da-f]{1,6}|\d{1,7});/gi, (whole, digits: string) => {
      const isHex = digits.startsWith('x') || digits.startsWith('X')
      const code = isHex ? Number.parseInt(digits.slice(1), 16) : Number(digits)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
