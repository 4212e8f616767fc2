// Open redirection: addresses that a check of the beginning takes for a path of this site and a browser takes for another host
// (WHATWG URL, section 4.4: backslashes, missing slashes and control bytes are forgiven). CWE-601.
import { constructOf, type Construct } from '../construct.ts'
import type { AttackFinding, PartDetector } from '../../detector.ts'
import { isOddAddress } from '../../hosts.ts'

const gate =
  /^[\s"'=/\\.〱ゝー〵ｰ%;@-]{0,12}(?:[/\\]{2}|https?:|\/?[〱ゝー〵ｰ])|^[/\\][\t\r\n\\]|^[/\\]?(?:https?:|\w{0,20}\?\w{1,20}=)|^\.?[a-z0-9.-]{4,60}@|javascript:|^\\[ux]/i

const table: readonly Construct[] = [
  {
    why: 'Two slashes and a host in place of a path',
    confidence: 62,
    pattern:
      /^[/\\]{2,12}[\t ]{0,2}(?:[\w.-]{1,80}@)?[a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,4}[/\\.:%]{0,8}$/i,
  },
  {
    why: 'Slashes of both kinds before a host',
    confidence: 75,
    pattern:
      /^(?:\/\\|\\\/|(?:https?:)?[/\\]{1,6}[\t\r\n]{1,4}[/\\]|\\\\|\/{2}[\t]|\/\.{1,2}[/\\]{2})[\t/\\]{0,6}[\w.@-]{2,80}/i,
  },
  { why: 'An address behind a slash', confidence: 65, pattern: /^[/\\]{1,4}https?:[/\\]{0,4}[\w[%\\]/i },
  {
    why: 'An address with too few, too many or wrong slashes',
    confidence: 70,
    pattern: /^https?:(?:[^/\\\s]|\/[^/\s]|\/{3,}\w|[\\/]{0,2}\\)[^\s]{2,}/i,
  },
  {
    why: 'A host behind a name that looks like the trusted one',
    confidence: 70,
    // A name and a password before the sign are an account; a host has a dot, a port or an encoded sign.
    pattern:
      /^(?:https?:)?[/\\]{2,}(?:[^/?#\s@:]{0,60}\.[^/?#\s]{0,60}(?:@|%40)|[^/?#\s]{1,60}(?::\d{1,5}|%\w\w)(?:@|%40)|[^/?#\s:@]{1,80}@|[^/?#\s]{1,80}(?:%40|[\\;&]@?))[^/?#\s@]{1,80}/i,
  },
  {
    why: 'A letter that a browser turns into a slash',
    confidence: 75,
    pattern: /^\/?[〱ゝー〵ｰ][a-z0-9.-]{3,60}/i,
  },
  {
    why: 'A request of this site whose parameters redirect elsewhere',
    confidence: 65,
    pattern: /^\/?[\w/.-]{0,40}\??(?:\w{2,16}=(?:https?:)?[/\\]{1,3}[\w.\\/-]{3,60}&){2,}/i,
  },
  {
    why: 'A script in place of an address',
    confidence: 75,
    pattern: /^[/\\\s]{0,12}(?:java\s{0,2}script|vbscript)\s{0,2}:/i,
  },
  {
    why: 'A script in place of an address, its letters escaped',
    confidence: 80,
    pattern: /^(?:\\u00[67]|\\x[67]).{0,3}(?:\\u00|\\x)/i,
  },
]
const host = /^https?:[/\\]{0,4}(?:[^/?#\s@]{1,80}@)?([^/?#:\s]{1,80})/i

function finding(why: string, confidence: number): AttackFinding {
  return {
    class: 'open-redirect',
    detector: 'open-redirect',
    why,
    confidence,
    techniques: ['T1190', 'T1566.002'],
    cwe: 'CWE-601',
  }
}

export const openRedirectDetector: PartDetector = {
  id: 'open-redirect',
  places: ['query', 'body'],
  detect(value) {
    if (value.length < 4 || value.length > 2048 || !gate.test(value)) return undefined
    const construct = constructOf(value, table)
    if (construct !== undefined) return finding(construct.why, construct.confidence)
    const target = host.exec(value)?.[1]
    return target !== undefined && isOddAddress(target.toLowerCase())
      ? finding('The address of another host, written as no browser shows it', 75)
      : undefined
  },
}
