// Server-side request forgery: an address in a parameter that leads the server to itself, to its cloud's metadata service or to a
// protocol that speaks with inner services. CWE-918.
import type { AttackFinding, PartDetector } from '../../detector.ts'

import { aimOf } from '../../hosts.ts'

const gate =
  /^[\s"'(]{0,4}(?:url[:=])?[a-z][a-z0-9+.-]{1,20}:|^(?:localhost|ipv6-localhost|host\.docker|gateway\.docker|kubernetes\.|lvh\.me|localtest\.me)|\|https?:/i
const scheme =
  /^[\s"'(]{0,4}(?:url[:=])?(gopher|dict|ldaps?|tftp|sftp|ldapi|imaps?|pop3s?|smtps?|rsync|ircs?|smb|nntp|rtsp|unix|netdoc|file|jar):(?:\/\/|file|http|\/)?/i
const address =
  /^[\s"'(]{0,4}(?:url[:=])?(?:https?|ftps?|wss?):[\\/]{0,4}(?:[^/?#\s@]{0,200}@)?(\[[^\]]{1,60}\]?|[^/?#:\s\\]{1,255})/i
const bare =
  /^(localhost\d?(?:\.localdomain\d?)?|ipv6-localhost|(?:host|gateway|kubernetes)\.docker\.internal|kubernetes\.default\.svc\.cluster\.local|lvh\.me|localtest\.me)\/[^\s]{0,200}$/i
const deceiving = /^[\s"']{0,4}https?:[\\/]{0,4}[^/?\s]{1,120}[\s#&]{1,4}@[^/?\s]{1,120}/i
const escapedHost = /^https?:\/\/(?:\\{1,2}\w){3}/i
const socket = /^unix:[^|]{1,2000}\|https?:/i

function finding(why: string, confidence: number): AttackFinding {
  return {
    class: 'ssrf',
    detector: 'ssrf',
    why,
    confidence,
    techniques: ['T1190', 'T1552.005'],
    cwe: 'CWE-918',
  }
}

export const ssrfDetector: PartDetector = {
  id: 'ssrf',
  places: ['query', 'cookie', 'body'],
  detect(value, part) {
    if (!gate.test(value)) {
      return value === part.values[0] && socket.test(part.name)
        ? finding('A proxy target that is a Unix socket', 85)
        : undefined
    }
    if (value.length > 2048 && !value.startsWith('unix:')) return undefined
    if (socket.test(value)) return finding('A proxy target that is a Unix socket', 85)
    const named = scheme.exec(value)?.[1]
    if (named !== undefined && /^[^\s]+$/.test(value.trim()) && value.includes('/')) {
      return finding(`An address of the protocol ${named}, which speaks with inner services`, 75)
    }
    if (deceiving.test(value)) return finding('An address whose true host stands behind @', 75)
    if (escapedHost.test(value)) return finding('A host with a backslash before each letter', 80)
    const host = (address.exec(value) ?? bare.exec(value))?.[1]?.toLowerCase()
    const aim = host === undefined ? undefined : aimOf(host)
    return aim === undefined
      ? undefined
      : finding(`An address that leads the server to ${aim.what}`, aim.confidence)
  },
}
