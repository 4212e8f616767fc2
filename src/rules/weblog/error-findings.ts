// What an entry of an error log proves or hints at: a shell that did not find its command, an include that followed a
// parameter, a query that broke, refused logins, and what other guards say.

import type { AttackClass } from './detector.ts'
import type { WebFinding } from './finding.ts'
import type { ErrorEntry } from './read/line-reader.ts'

interface Hint {
  readonly pattern: RegExp
  readonly class: AttackClass
  readonly confidence: number
  readonly outcome: WebFinding['outcome']
  readonly why: string
  readonly techniques: readonly string[]
  readonly cwe: string
}

// Each is tried on at most 4,096 characters; every repetition is bounded.
const hints: readonly Hint[] = [
  {
    pattern:
      /(?:^|[\s"])(?:\/bin\/)?(?:sh|bash|dash): (?:-c: )?(?:line )?\d{0,6}:? ?[^:\n]{1,200}: (?:not found|command not found|Permission denied)/,
    class: 'rce',
    confidence: 85,
    outcome: 'likely',
    why: 'A shell that the web server started did not find or may not run a command.',
    techniques: ['T1190', 'T1059.004'],
    cwe: 'CWE-78',
  },
  {
    pattern: /sh: \d{1,6}: Syntax error: |sh: -c: line \d{1,6}: (?:syntax error|unexpected EOF)/,
    class: 'rce',
    confidence: 80,
    outcome: 'likely',
    why: 'A shell that the web server started was given a text that is no command.',
    techniques: ['T1190', 'T1059.004'],
    cwe: 'CWE-78',
  },
  {
    pattern: /(?:include|require)(?:_once)?\((?:https?|ftp|data|php|expect|phar|zip):[^)]{0,400}\)/i,
    class: 'rfi',
    confidence: 85,
    outcome: 'attempted',
    why: 'PHP was led to include an address instead of a file.',
    techniques: ['T1190'],
    cwe: 'CWE-98',
  },
  {
    pattern:
      /(?:include|require|fopen|file_get_contents|readfile)(?:_once)?\([^)]{0,400}(?:\.\.\/\.\.\/|\/etc\/(?:passwd|shadow)|\/proc\/self)[^)]{0,400}\)/i,
    class: 'traversal',
    confidence: 85,
    outcome: 'attempted',
    why: 'PHP was led to open a path outside of its folder.',
    techniques: ['T1190'],
    cwe: 'CWE-22',
  },
  {
    pattern:
      /(?:AH10244: invalid URI path|Invalid URI in request) [^\n]{0,400}(?:\.\.|%2e)|AH00026: found %2f/i,
    class: 'traversal',
    confidence: 75,
    outcome: 'failed',
    why: 'The server refused a path that leaves its folder.',
    techniques: ['T1190'],
    cwe: 'CWE-22',
  },
  {
    pattern: /eval\(\)'d code|assert\(\)?: ?(?:Assertion|assert)|create_function\(\)/i,
    class: 'php-injection',
    confidence: 60,
    outcome: 'possible',
    why: 'PHP ran code that was made from a text.',
    techniques: ['T1190', 'T1059'],
    cwe: 'CWE-95',
  },
  {
    pattern:
      /You have an error in your SQL syntax|SQLSTATE\[42|unterminated quoted string at or near|ORA-0(?:1756|0933)|SQLITE_ERROR|near "[^"\n]{0,80}": syntax error|Unclosed quotation mark/i,
    class: 'sqli',
    confidence: 65,
    outcome: 'possible',
    why: 'A query broke in the database.',
    techniques: ['T1190'],
    cwe: 'CWE-89',
  },
  {
    pattern: /ModSecurity: (?:Access denied|Warning)/,
    class: 'protocol',
    confidence: 65,
    outcome: 'failed',
    why: 'ModSecurity took the request for an attack.',
    techniques: ['T1190'],
    cwe: '',
  },
  {
    pattern:
      /exit signal (?:Segmentation fault|Illegal instruction|Bus error|Aborted)|exited on signal (?:4|6|7|11)\b/,
    class: 'anomaly',
    confidence: 50,
    outcome: 'possible',
    why: 'A process of the web server crashed.',
    techniques: ['T1190'],
    cwe: '',
  },
]

const maxMessage = 4096
const refused =
  /AH016(?:14|17|18|20)|password mismatch|user "?[^"\n]{0,200}"? (?:was )?not found|authentication failure|Digest: user/i

export function errorFindings(entry: ErrorEntry): WebFinding[] {
  const message = entry.message.slice(0, maxMessage)
  if (!/[(:]/.test(message)) return []
  const hint = hints.find(({ pattern }) => pattern.test(message))
  if (hint === undefined) return []
  return [
    {
      class: hint.class,
      detector: 'error-log',
      why: hint.why,
      confidence: hint.confidence,
      techniques: hint.techniques,
      cwe: hint.cwe,
      place: 'error-log',
      name: entry.module,
      value: message.slice(0, 512),
      outcome: hint.outcome,
    },
  ]
}

/** The entry says that a login was refused. */
export function isRefusedLogin(entry: ErrorEntry): boolean {
  return refused.test(entry.message.slice(0, maxMessage))
}
