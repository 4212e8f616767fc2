// Lookups of Log4j (CVE-2021-44228): ${jndi:…} and what its nested lookups (${lower:j}, ${env:X:-j}, ${::-j}) come to when Log4j
// resolves them. The value is resolved inside out, as the library does. CWE-917.
import type { PartDetector } from '../../detector.ts'

const maxChars = 4096
const maxRounds = 24

const innermost = /\$\{([^${}]{0,200})\}/g
const unicode = /\\u00([0-7][0-9a-f])/gi
const named =
  /^(?:env|sys|date|main|ctx|map|sd|bundle|java|k8s|docker|spring|web|marker|event|log4j|upper|lower|base64|url|\w{0,20}):/i
const jndi = /\$\s{0,2}\{\s{0,2}j\s{0,2}n\s{0,2}d\s{0,2}[iıİ]\s{0,2}:/i
const protocol = /j?ndi:(?:ldaps?|rmi|dns|iiop|corba|nds|nis|https?):|(?:ldaps?|rmi):\/\/[^\s]{1,80}\}/i

/** What Log4j puts in place of one lookup without nested ones. */
function resolved(lookup: string): string {
  const fallback = lookup.indexOf(':-')
  if (fallback >= 0) return lookup.slice(fallback + 2)
  const colon = lookup.indexOf(':')
  const prefix = lookup.slice(0, Math.max(0, colon)).toLowerCase()
  if (prefix === 'lower') return lookup.slice(colon + 1).toLowerCase()
  if (prefix === 'upper') return lookup.slice(colon + 1).toUpperCase()
  if (prefix === 'jndi') return '\u0001jndi:'
  return named.test(lookup) ? '' : lookup
}

/** @returns the text after all inner lookups; a lookup of jndi leaves U+0001 before its name. */
function resolve(value: string): string {
  let text = value
  for (let round = 0; round < maxRounds; round++) {
    const next = text.replace(innermost, (_, lookup: string) => resolved(lookup))
    if (next === text) break
    text = next
  }
  return text
}

export const jndiDetector: PartDetector = {
  id: 'jndi',
  places: ['path', 'query', 'cookie', 'body', 'referer', 'user-agent', 'header', 'method'],
  detect(value) {
    if (!value.includes('$') && !value.includes('\\u00')) return undefined
    const text = (value.length > maxChars ? value.slice(0, maxChars) : value).replace(
      unicode,
      (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)),
    )
    if (!text.includes('${') && !jndi.test(text)) return undefined
    const nested = resolve(text)
    const plain = jndi.test(text)
    if (!plain && !nested.includes('\u0001jndi:') && !jndi.test(nested) && !protocol.test(nested))
      return undefined
    return {
      class: 'jndi',
      detector: 'jndi',
      why: plain ? 'A JNDI lookup of Log4j' : 'A JNDI lookup of Log4j, put together from nested lookups',
      confidence: 98,
      techniques: ['T1190', 'T1059'],
      cwe: 'CWE-917',
    }
  },
}
