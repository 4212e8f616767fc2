// Response splitting and injection into line protocols: a line break followed by a header (RFC 9112), a request line, or a command of
// SMTP, IMAP or POP3 (RFC 5321, 9051, 1939). CWE-93, CWE-113.
import { constructOf, type Construct } from '../construct.ts'
import type { PartDetector } from '../../detector.ts'

const gate = /[\r\n\u010a\u010d\u560a\u560d]| HTTP\/\d/i

const table: readonly Construct[] = [
  {
    why: 'A line break and a header of HTTP',
    confidence: 90,
    pattern:
      /[\r\n\u010a\u010d\u560a\u560d]\s{0,4}(?:set-cookie|location|content-(?:type|length|disposition|security-policy|encoding)|transfer-encoding|refresh|host|x-[a-z-]{2,30}|access-control-[a-z-]{4,30}|remote-addr|user-agent|referer|cookie|http\/\d|link|status|bcc|cc|to|from|subject|reply-to|mime-version)\s{0,4}[:/]/i,
  },
  {
    why: 'A line break and a request line of HTTP',
    confidence: 90,
    pattern:
      /[\r\n]\s{0,4}(?:get|post|head|options|connect|put|delete|trace|track|patch|propfind|proppatch|mkcol|copy|move|lock|unlock)\s{1,8}(?:\/|https?:|\*)/i,
  },
  {
    why: 'A whole request line of HTTP in a value',
    confidence: 75,
    pattern:
      /(?:^|[\s\w])(?:get|post|head|options|connect|put|delete|trace)\s{1,8}(?:\/|https?:\/\/|\*)[^\s]{0,400}\s{1,8}HTTP\/\d/i,
    quotable: true,
  },
  {
    why: 'A line break and a command of SMTP',
    confidence: 85,
    pattern:
      /[\r\n]\s{0,4}(?:(?:ehlo|helo)\s{1,4}[\w.[]|mail\s{1,4}from:|rcpt\s{1,4}to:|vrfy\s|expn\s|data\r?\n|rset$|quit$|noop$|starttls$|auth\s{1,4}\S{1,40}\s)/i,
  },
  {
    why: 'A line break and a command of IMAP',
    confidence: 85,
    pattern:
      /[\r\n]\s{0,4}[a-z]\d{1,4}\s{1,4}(?:append|authenticate|capability|copy|create|delete|examine|expunge|fetch|list|login|logout|lsub|noop|rename|search|select|starttls|status|store|subscribe|uid|unselect|unsubscribe|xatom)\b/i,
  },
  {
    why: 'A line break and a command of POP3',
    confidence: 85,
    pattern:
      /\r\n\s{0,4}(?:apop\s{1,4}\S{1,80}\s{1,4}[0-9a-f]{16,}|retr\s{1,4}\d|dele\s{1,4}\d|top\s{1,4}\d|uidl\b|list\s{1,4}\d|stat$|user\s{1,4}\S{1,60}$|pass\s{1,4}\S{1,60}$|auth\s|capa$|stls$|rset$)/i,
  },
]

const brokenPath = /[\r\n][^\r\n]{0,80}(?:\.php|\.jsp|\.asp|$)/i

export const crlfDetector: PartDetector = {
  id: 'crlf',
  places: ['path', 'query', 'cookie', 'referer', 'user-agent'],
  detect(value, part) {
    if (!gate.test(value)) return undefined
    const construct = constructOf(value, table)
    const why =
      construct?.why ??
      (part.place === 'path' && brokenPath.test(value) ? 'A line break in the path' : undefined)
    const inName = part.place === 'query' && value === part.values[0] && /[\r\n]/.test(part.name)
    if (why === undefined && !inName) return undefined
    return {
      class: 'crlf',
      detector: 'crlf',
      why: why ?? 'A line break in the name of a parameter',
      confidence: construct?.confidence ?? 65,
      techniques: ['T1190'],
      cwe: 'CWE-113',
    }
  },
}
