// PHP code given as data: opening tags, superglobals, calls of functions that run or read, and calls through variables and strings.
// CWE-94.
import { constructOf, type Construct } from '../construct.ts'
import type { AttackFinding, PartDetector } from '../../detector.ts'

import { callOf } from './calls.ts'

// The language's own marks: a tag, a variable, a call.
const gate =
  /[($<]|\{php|\[\/?php|include=|prepend|_functions|_basedir|_limit|_path\s?=|_dir\s?=|opcache|mbstring|unserialize_/i

const table: readonly Construct[] = [
  {
    why: 'An opening tag of PHP',
    confidence: 90,
    pattern:
      /<\?(?:php\b|=|\s{1,16}(?:php\b|echo\b|[$@(]|eval\b|system\b))|<\?xml\s{1,16}:?\w{0,20}\(|<\?xml\s{1,4}:\w/i,
    quotable: true,
  },
  {
    why: 'A tag of templates that runs PHP',
    confidence: 75,
    pattern: /\{\/?php\}|\[[\\/]?php\]/i,
    quotable: true,
  },
  {
    why: 'A superglobal of PHP',
    confidence: 80,
    pattern:
      /\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES|SESSION|ENV)\s{0,4}[[{'"]|\$GLOBALS\s{0,4}[[{]|\$HTTP_(?:RAW_)?(?:POST|GET|COOKIE|SERVER)/i,
  },
  {
    why: 'A call inside a PHP string',
    confidence: 85,
    pattern: /\$\{\s{0,4}@?\s{0,4}[a-z_]\w{1,40}\s{0,4}\(/i,
  },
  {
    why: 'A directive of PHP that changes what is included or allowed',
    confidence: 80,
    pattern:
      /\b(?:allow_url_(?:include|fopen)|auto_(?:prepend|append)_file|disable_functions|open_basedir|safe_mode|memory_limit|sendmail_path|extension_dir|opcache\.\w{3,40}|mbstring\.\w{3,30}|unserialize_\w{8,16})\s{0,4}=/i,
  },
]

// Calls through a variable ($f(…), $$f(…), ${'f'}(…), $a['f'](…)) and through a string or an array ('f')(…), [f][0](…), (f.g)(…).
const variableCall =
  /^[\s@;'"]{0,4}(?:\$\w{1,30}\s{0,2}=\s{0,2}@?)?\${1,4}\s{0,2}(?:[a-z_]\w{0,40}|\{[^{}]{1,40}\})(?:[[{][^\]}]{1,40}[\]}]){0,3}\s{0,4}(?:\/\*[^*]{0,40}\*\/|\/\/[^\n]{0,40}\n)?(?:[[{][^\]}]{1,40}[\]}])?\s{0,4}\(/i
const stringCall =
  /^[\s@;]{0,4}(?:[$]\w{1,20}\s{0,4}[+.]?=|define\(|\(\s{0,4}string\s{0,4}\)\s{0,4})?[\s{]{0,4}[[("'][^;]{1,60}[\])}"']\s{0,4}(?:\/\*[^*]{0,40}\*\/)?\s{0,4}\([^;]{1,60}\)\s{0,4};?$|^(?:define\([^;]{1,60}\)|\$\w{1,20}\s{0,2}[+.]?=[^;]{1,60});\s{0,2}\(/
const runsFunction =
  /s["'.\s()\\]{0,6}(?:y|\\?x79)["'.\s()]{0,6}s["'.\s()]{0,6}t|exec|passthru|phpinfo|assert|eval/i

function finding(why: string, confidence: number): AttackFinding {
  return {
    class: 'php-injection',
    detector: 'php-injection',
    why,
    confidence,
    techniques: ['T1190', 'T1059'],
    cwe: 'CWE-94',
  }
}

function indirectCall(value: string): AttackFinding | undefined {
  if (value.length > 256) return undefined
  if (value.includes('$') && variableCall.test(value))
    return finding('A function called through a variable', 65)
  const tail = value.trimEnd()
  if ((tail.endsWith(')') || tail.endsWith(';')) && runsFunction.test(value) && stringCall.test(tail)) {
    return finding('A function called through a string', 80)
  }
  return undefined
}

export const phpInjectionDetector: PartDetector = {
  id: 'php-injection',
  places: ['path', 'query', 'cookie', 'body', 'referer', 'user-agent', 'header'],
  detect(value, part) {
    if (!gate.test(value)) return undefined
    const construct = constructOf(value, table)
    if (construct !== undefined) return finding(construct.why, construct.confidence)
    const call = callOf(value, part.place)
    if (call !== undefined) return finding(call.why, call.confidence)
    return part.place === 'query' || part.place === 'body' ? indirectCall(value) : undefined
  },
}
