// The table of detectors of web attacks: one line a detector, in the order in which they are asked.
import type { PartDetector } from '../detector.ts'
import { doubleExtensionDetector } from './double-extension/index.ts'
import { nosqlDetector } from './nosql/index.ts'
import { sqliDetector } from './sqli/index.ts'
import { xssDetector } from './xss/index.ts'
import { codeInjectionDetector } from './code-injection/index.ts'
import { crlfDetector } from './crlf/index.ts'
import { deserializationDetector } from './deserialization/index.ts'
import { jndiDetector } from './jndi/index.ts'
import { ldapDetector } from './ldap/index.ts'
import { openRedirectDetector } from './open-redirect/index.ts'
import { phpInjectionDetector } from './php-injection/index.ts'
import { protocolDetector } from './protocol/index.ts'
import { rceDetector } from './rce/index.ts'
import { scannerDetector } from './scanner/index.ts'
import { ssrfDetector } from './ssrf/index.ts'
import { sstiDetector } from './ssti/index.ts'
import { traversalDetector } from './traversal/index.ts'
import { webshellDetector } from './webshell/index.ts'
import { xxeDetector } from './xxe/index.ts'

export const partDetectors: readonly PartDetector[] = [
  sqliDetector,
  xssDetector,
  nosqlDetector,
  doubleExtensionDetector,
  traversalDetector,
  rceDetector,
  phpInjectionDetector,
  sstiDetector,
  codeInjectionDetector,
  jndiDetector,
  deserializationDetector,
  xxeDetector,
  ssrfDetector,
  openRedirectDetector,
  crlfDetector,
  ldapDetector,
  webshellDetector,
  scannerDetector,
  protocolDetector,
]
