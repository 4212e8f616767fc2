// Where an RTF document leads and what objects it has, in words: kind, traits, text, with tabs between them.

import type { RtfDocument } from './document.ts'

/** The first line, by which the text is known. */
export const linksTitle = 'RTF links'

/** Fields that fetch or run something. */
const telling =
  /^(?:DDEAUTO|DDE|INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|DATABASE|HYPERLINK|MACROBUTTON|RD|SUBSCRIBER)\b/i

/** Learned from the data of objects. */
export interface ObjectFacts {
  /** Where linked objects lead. */
  readonly topics: string[]
  /** Names of packaged files. */
  readonly packages: string[]
}

/** Empty where there are neither links nor objects. */
export function linkText({ links, objects }: RtfDocument, { topics, packages }: ObjectFacts): string {
  const lines = new Set<string>()
  for (const { kind, text } of links) {
    if (kind !== 'field' || telling.test(text)) lines.add(`${kind}\t\t${oneLine(text)}`)
  }
  for (const { className, traits } of objects)
    lines.add(`object\t${[...traits].join(' ')}\t${oneLine(className)}`)
  for (const topic of topics) lines.add(`link\t\t${oneLine(topic)}`)
  for (const name of packages) lines.add(`package\t\t${oneLine(name)}`)
  return lines.size === 0 ? '' : `${linksTitle}\n${[...lines].join('\n')}\n`
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}
