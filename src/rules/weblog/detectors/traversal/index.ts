// Path traversal, local and remote file inclusion: path algebra on every decoding and on the raw bytes, the table of secret
// files, and stream wrappers. CWE-22, CWE-98.
import { type AttackFinding, type Part, type PartDetector } from '../../detector.ts'

import { type Climb, climbOf } from './climb.ts'
import { plainPath } from './plain-path.ts'
import { secretFileOf, systemPlaceOf } from './targets.ts'
import { inclusionOf } from './wrappers.ts'

/** Characters of a value that are read. */
const maxChars = 2048

// A path, a wrapper or one of the names that tell by themselves; ordinary values leave here.
const gate = /\?$|\.\.|[/\\]|\.\0|:|\.(?:ini|asa|ht|bash|ssh|history)|web-inf|\x2f\.{3}|0x2e|%/i
const dottedHex = /(?:\.\.(?:2f|5c)){2}|\.\.(?:2f|5c)(?:etc|var|boot|win|apache)/i
// What is left of ../../etc/passwd where an application strips the separators.
const stripped = /(?<!\.)\.{4,}(?:etc|web-inf|boot|oot|var|windows|winnt)/i
// Dots or one letter, hundreds of times: what fills a path buffer before the climb.
const padding = /^\/(?:\.{6,}|([a-z])\1{199})/i
// Lists of attack patterns sent without the file filled in.
const template = /[/\\.e](?:\{file\}|__file__)/i

function finding(why: string, confidence: number): AttackFinding {
  return {
    class: 'traversal',
    detector: 'traversal',
    why,
    confidence,
    techniques: ['T1190', 'T1083'],
    cwe: 'CWE-22',
  }
}

function climbFinding(climb: Climb, path: string, part: Part): AttackFinding | undefined {
  const spaced = /\s/.test(path)
  if (climb.ups >= 2 && (part.place !== 'path' || climb.above > 0)) {
    return finding(`The path goes up ${climb.ups} times with '..'`, spaced ? 70 : 90)
  }
  if (climb.ups === 1 && !spaced && part.place !== 'path') {
    // 'a/../b' stays where it is: untidy links are written so.
    return finding("The path goes up with '..'", climb.above > 0 ? 65 : 45)
  }
  if (climb.above > 0 && part.place === 'path' && path.startsWith('/'))
    return finding('The path goes above the root of the site', 65)
  if (climb.dots >= 2 && !spaced)
    return finding('Segments of three and more dots, which filters that strip ../ leave behind', 75)
  if (climb.dots === 1 && !spaced && (climb.ups > 0 || template.test(path)))
    return finding('A segment of dots before a file', 65)
  if (climb.stays >= 4 && !spaced)
    return finding(`A path with ${climb.stays} segments '.', which only deceive filters`, 70)
  return undefined
}

function judgePath(text: string, part: Part, odd: boolean): AttackFinding | undefined {
  const path = text.length > maxChars ? text.slice(0, maxChars) : text
  const climb = climbOf(path)
  const plain = path.toLowerCase().replaceAll('\\', '/').trim()
  const spaced = plain.includes(' ')
  const leaves = climb.ups + climb.dots > 0
  if (leaves || !spaced) {
    const secret = secretFileOf(plain)
    if (secret !== undefined) return finding(`The path names ${secret}`, leaves || odd ? 95 : 75)
  }
  const climbs = climbFinding(climb, path, part)
  if (climbs !== undefined && !(odd && climbs.confidence < 70)) return climbs
  if (odd && leaves) return finding("A '..' written so that filters do not see it", 85)
  if (part.place === 'path') return undefined
  const place = spaced && !/^[a-z]:/.test(plain) ? undefined : systemPlaceOf(plain)
  if (place !== undefined) return finding(`The value names ${place}`, 70)
  if (stripped.test(plain)) return finding('A climb whose separators were stripped', 75)
  if (template.test(plain) && /^(?:\/{3}|\/\.|\/0x|\.\.)/.test(plain))
    return finding('A pattern of a traversal list, sent without its file', 65)
  if (padding.test(plain)) return finding('A long run of one character after a slash', 65)
  return undefined
}

function judgeRaw(value: string, part: Part): AttackFinding | undefined {
  // Once for each part, with its plainest value.
  if (value !== part.values.at(-1)) return undefined
  const path = plainPath(part.raw)
  if (path === undefined || path === value) return undefined
  return judgePath(path, part, true)
}

export const traversalDetector: PartDetector = {
  id: 'traversal',
  places: ['path', 'query', 'cookie', 'body', 'referer', 'user-agent'],
  detect(value, part) {
    if (part.place === 'user-agent' || part.place === 'referer') {
      // Both are full of slashes and addresses: only a value that is nothing but a path counts.
      return value.startsWith('/') || value.startsWith('..') ? judgePath(value, part, false) : undefined
    }
    if (!gate.test(value) && !part.raw.includes('%')) return undefined
    if (dottedHex.test(value)) return finding("'..2f': a climb whose percent signs an application strips", 80)
    if (part.place !== 'path') {
      const inclusion = inclusionOf(value, part.name)
      if (inclusion !== undefined) {
        return { ...finding(inclusion.what, inclusion.confidence), class: inclusion.class, cwe: 'CWE-98' }
      }
    }
    return judgePath(value, part, false) ?? judgeRaw(value, part)
  },
}
