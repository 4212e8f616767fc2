// Linked objects of OLE2 ([MS-OLEDS] 2.3.3, the stream `\1Ole`) that are fetched from elsewhere or run a script when
// the document is opened: CVE-2017-0199, CVE-2017-8570.

import { u32 } from '../../codecs/little-endian.ts'
import { placeOf } from './targets.ts'
import { type Finding, technique } from './trait.ts'

const version = 0x02000001
const guid = (text: string): Buffer => Buffer.from(text, 'hex')
/** {79EAC9E0-BAF9-11CE-8C82-00AA004BA90B} */
const urlMoniker = guid('e0c9ea79f9bace118c8200aa004ba90b')
/** {06290BD3-48AA-11D2-8432-006008C3FBFC} and {ECABAFC6-7F19-11D2-978E-0000F8757E2A} */
const scriptMonikers = [guid('d30b2906aa48d2118432006008c3fbfc'), guid('c6afabec197fd211978e0000f8757e2a')]

export function isLinkStream(head: Uint8Array): boolean {
  return head.length >= 20 && u32(head, 0) === version
}

export function judgeLinkStream(bytes: Uint8Array): Finding[] {
  const buffer = Buffer.from(bytes)
  const script = scriptMonikers.find((moniker) => buffer.includes(moniker))
  if (script !== undefined) {
    return [
      finding(95, 'a link that runs a script when it is updated (CVE-2017-8570)', buffer.indexOf(script)),
    ]
  }
  const at = buffer.indexOf(urlMoniker)
  if (at < 0) return []
  // A length in bytes stands before the address.
  const address =
    buffer.toString('utf16le', at + 20, Math.min(buffer.length, at + 20 + 2048)).split('\0')[0] ?? ''
  if (placeOf(address) === 'local') return []
  return [finding(88, `a link that is fetched from ${address.slice(0, 200)} (CVE-2017-0199)`, at)]
}

function finding(score: number, reason: string, offset: number): Finding {
  return { name: 'Heuristic.Exploit.OleLink', score, reason, techniques: [technique.exploitation], offset }
}
