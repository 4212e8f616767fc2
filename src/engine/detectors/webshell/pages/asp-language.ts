// What a page is: classic ASP or ASP.NET, and in what language its code is written.

import type { Syntax } from './words.ts'

export type AspKind = 'asp' | 'aspx'

export function aspKindOf(text: string): AspKind {
  const head = text.slice(0, 6000)
  if (
    /<%\s*@\s*(?:page|webhandler|webservice|control|master|import|assembly)\b/i.test(head) &&
    !/^\s*<%@\s*language\s*=\s*["']?vbscript/i.test(head)
  )
    return 'aspx'
  if (/using\s+System\b|System\.(?:Web|IO|Diagnostics)\b|msxsl:script|import\s+namespace/i.test(head))
    return 'aspx'
  return 'asp'
}

const directiveLanguage = /<%\s{0,9}@[^%]{0,300}?\blanguage\s{0,9}=\s{0,9}["']?\s{0,9}([\w#]{1,20})/i
const serverScript = /<(?:msxsl:)?script\b[^>]{0,300}>/gi
const attributeLanguage = /\blanguage\s{0,9}=\s{0,9}["']?\s{0,9}([\w#]{1,20})/i

/** By the page's directive or its server scripts; a browser's script says nothing. */
export function syntaxOf(text: string, kind: AspKind): Syntax {
  const language = directiveLanguage.exec(text)?.[1] ?? scriptLanguage(text)
  if (language !== undefined) return language.toLowerCase().startsWith('vb') ? 'basic' : 'c'
  if (kind === 'asp') return 'basic'
  return /\bEnd (?:Sub|Function)\b/i.test(text) ? 'basic' : 'c'
}

function scriptLanguage(text: string): string | undefined {
  for (const [tag] of text.matchAll(serverScript)) {
    if (/runat|msxsl/i.test(tag)) return attributeLanguage.exec(tag)?.[1]
  }
  return undefined
}
