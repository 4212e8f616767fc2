// LDAP and XPath injection: a value that closes the application's filter and opens another (RFC 4515), or a condition over the nodes of a
// document. CWE-90, CWE-643.
import { constructOf, type Construct } from '../construct.ts'
import type { PartDetector } from '../../detector.ts'

const gate = /[()*][()&|!*\\]|\)\s?[(&|]|(?:name|count|position|text|node)\(|\/child::|\*\)|\\2[0-9a]/i

const table: readonly Construct[] = [
  {
    why: 'A filter of LDAP that is closed and opened again',
    confidence: 85,
    pattern:
      /\)\s{0,4}[&|!]?\s{0,4}\(\s{0,4}(?:[&|!]\s{0,4}\(?\s{0,4})?[a-z][\w-]{0,40}\s{0,2}(?:[<>~]?=|:=)/i,
  },
  {
    why: 'A filter of LDAP over all entries',
    confidence: 85,
    pattern:
      /^\*?\(?[&|!]?\(?(?:objectclass|uid|cn|sn|mail|userpassword|samaccountname)\s{0,2}[<>~]?=\s{0,2}\*|\*\(\|\(|\*\)\((?:[&|!]|\w{1,30}[<>~]?=)|\)\(\|\)?|\*\)!?\(/i,
  },
  {
    why: 'A filter of LDAP that is cut off',
    confidence: 75,
    pattern:
      /^[\w@. -]{0,40}\*?\)\s{0,4}(?:[!&|(]{1,3}[a-z]\w{0,20}[<>~]?=|\(\|?$|[!|&]\()|^\*\)\*$|^\(\*\)\*\)$|^\*\(\)\|[%&]|^(?:\\2[189]|\\5c21|\*\|)$/i,
  },
  {
    why: 'A condition of XPath',
    confidence: 80,
    pattern:
      /\bor\s{1,4}name\(\)\s{0,2}=|\/child::|\bcount\(\s{0,2}\/|\bstring-length\(\s{0,2}\/|\bsubstring\(\s{0,2}(?:name|\/)|\bposition\(\)\s{0,2}=|\/\/user\[/i,
  },
]

export const ldapDetector: PartDetector = {
  id: 'ldap',
  places: ['query', 'cookie', 'body'],
  detect(value) {
    if (!gate.test(value)) return undefined
    const construct = constructOf(value, table)
    if (construct === undefined) return undefined
    const xpath = construct.why.includes('XPath')
    return {
      class: 'ldap',
      detector: 'ldap',
      why: construct.why,
      confidence: construct.confidence,
      techniques: ['T1190'],
      cwe: xpath ? 'CWE-643' : 'CWE-90',
    }
  },
}
