// XML external entities: declarations that make a parser read files or addresses, inclusions, and style sheets that run code.
// XML 1.0 sections 2.8 and 4.2. CWE-611.
import { constructOf, type Construct } from '../construct.ts'
import type { PartDetector } from '../../detector.ts'

const gate = /<[!?xa]|%\w{1,20};|&\w{1,20};/i

const table: readonly Construct[] = [
  {
    why: 'An external entity of XML',
    confidence: 95,
    pattern: /<!ENTITY\s{1,16}(?:(?:%|&#37;|&#x25;)\s{1,16})?[\w:.-]{1,40}\s{1,16}(?:SYSTEM|PUBLIC)\b/i,
  },
  { why: 'A declaration of an entity of XML', confidence: 90, pattern: /<!ENTITY\s{1,16}\S/i },
  {
    why: 'A document type with an inner subset or an external identifier',
    confidence: 80,
    pattern: /<!DOCTYPE\s{1,16}(?!html\b)[\w:.-]{1,60}\s{0,16}(?:\[|SYSTEM|PUBLIC)/i,
  },
  {
    why: 'An inclusion of another document (XInclude)',
    confidence: 85,
    pattern: /<xi:include|http:\/\/www\.w3\.org\/2001\/XInclude/i,
  },
  {
    why: 'A style sheet of XSLT',
    confidence: 80,
    pattern: /<xsl:(?:stylesheet|template|value-of|variable|include|import)|xmlns:php\s{0,4}=/i,
  },
  {
    why: 'A processing instruction that imports code',
    confidence: 75,
    pattern: /<\?(?:import|xml-stylesheet)\s[^>]{0,200}(?:implementation|href)\s{0,4}=/i,
  },
  { why: 'A call of XML-RPC', confidence: 65, pattern: /<methodCall>\s{0,16}<methodName>/i },
  {
    why: 'A section of character data that hides markup',
    confidence: 75,
    pattern: /<!\[CDATA\[\s{0,4}<|<!\[CDATA\[[^\]]{0,80}(?:script|javas)/i,
  },
  { why: 'An element of XML data islands', confidence: 70, pattern: /<xml\s{1,8}(?:id|src)\s{0,4}=/i },
  {
    why: 'A reference to an entity declared outside',
    confidence: 65,
    pattern:
      /^[%&](?:xxe|foo|file|dtd|ext|send|all|payload|xxe\w{1,8});$|>&(?:systemEntity|xxe\w{0,8}|file|ext|foo);</i,
  },
]

export const xxeDetector: PartDetector = {
  id: 'xxe',
  places: ['query', 'cookie', 'body', 'path', 'header', 'user-agent', 'referer'],
  detect(value) {
    if (!gate.test(value)) return undefined
    const construct = constructOf(value, table)
    if (construct === undefined) return undefined
    return {
      class: 'xxe',
      detector: 'xxe',
      why: construct.why,
      confidence: construct.confidence,
      techniques: ['T1190'],
      cwe: 'CWE-611',
    }
  },
}
