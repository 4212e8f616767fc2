// What stands in the texts of an intruder's page in any language: lists to try, code to plant, expressions that run.
// None of it needs a parser, and most of it is no proof alone.

import type { Evidence, Observation } from '../evidence.ts'

interface Sign extends Omit<Observation, 'offset'> {
  readonly text: RegExp
  /** How many different texts there must be; 1 when left out. */
  readonly least?: number
  /** Must stand in the file as well. */
  readonly beside?: RegExp
}

const ports = String.raw`(?:2[1235]|80|8080|110|135|139|389|443|445|873|1433|1521|2049|3306|3389|5432|5631|5900|6379|7001|8\d{3}|9\d{3}|27017|43958)`

const signs: readonly Sign[] = [
  {
    kind: 'ports',
    score: 46,
    text: new RegExp(String.raw`\b${ports}(?:\s?[,|;]\s?${ports}\b){4}`),
    sentence: 'the ports of well-known services stand in a list',
    technique: 'T1046',
  },
  {
    kind: 'folders',
    score: 48,
    text: /\bc:[\\/]{1,2}(?:windows[\\/]{1,2}temp|recycler|documents and settings|program files[\\/]|winnt|php[\\/]|system volume|inetpub|boot\.ini)/gi,
    least: 3,
    sentence: 'folders of the system stand in a list',
    technique: 'T1083',
  },
  {
    kind: 'stylesheet',
    score: 86,
    text: /\bfunction(?:String)?\s{0,3}\(\s{0,3}\\?(?:&quot;|&apos;|['"])(?:assert|eval|system|exec|shell_exec|passthru|popen|proc_open|create_function|call_user_func|file_put_contents)\\?(?:&quot;|&apos;|['"])/,
    beside: /http:\/\/php\.net\/(?:xsl|xpath)/,
    sentence: 'a stylesheet or path calls a function of PHP that runs what it is given',
    technique: 'T1220',
  },
  {
    kind: 'infection',
    score: 40,
    text: /<\?(?:php)?\s{0,3}(?:@?eval|@?assert|@?system|@?passthru)\s{0,3}\(\s{0,3}\\?\$_(?:POST|GET|REQUEST|COOKIE)/i,
    beside: /into\s{1,3}(?:out|dump)file|fputs|fwrite|file_put_contents|\.write\(/i,
    sentence: 'the file carries the text of a web shell that it writes elsewhere',
    technique: 'T1105',
  },
  {
    kind: 'outfile',
    score: 34,
    text: /into\s{1,3}(?:out|dump)file\s{1,3}['"\\]{0,3}(?:['".\s$]|[a-z]:|\/)/i,
    beside: /_(?:POST|GET|REQUEST)\b|\brequest\b/i,
    sentence: 'a query writes files of the database server',
    technique: 'T1505.001',
  },
]

/** Adds what the texts of the file say; for files that a language's gate has let through. */
export function judgeIntruderTexts(text: string, evidence: Evidence): void {
  for (const { text: pattern, least = 1, beside, ...observation } of signs) {
    const offset = least === 1 ? text.search(pattern) : severalAt(pattern, text, least)
    if (offset < 0 || (beside !== undefined && !beside.test(text))) continue
    evidence.add({ ...observation, offset })
  }
}

function severalAt(pattern: RegExp, text: string, least: number): number {
  const different = new Set<string>()
  for (const { 0: found, index } of text.matchAll(pattern)) {
    different.add(found.toLowerCase())
    if (different.size >= least) return index
  }
  return -1
}

const includeOnly =
  /^\s{0,20}<!--\s{0,9}#include\s{1,9}(?:file|virtual)\s{0,3}=\s{0,3}["']?[^"'>]{1,200}\.(txt|log|jpe?g|gif|png|bmp|ico|css|dat|rar|zip|mdb|tmp)["']?\s{0,9}-->\s{0,20}$/i
const runsVariable =
  /<!--\s{0,9}#exec\s{1,9}cmd\s{0,3}=\s{0,3}["'][^"']{0,100}\$\{?(?:QUERY_STRING|HTTP_|REQUEST_)/i
const expression =
  /[#$]\{[^}]{0,400}\bgetClass\(\)[^}]{0,400}(?:java\.lang\.|forName|loadClass|getRuntime|ScriptEngine)/
const maxIncluding = 400

/** Pages without a script of their own: one include of a data file, or a directive or expression that runs what is asked. */
export function judgeDirectives(text: string, evidence: Evidence): void {
  const included = text.length < maxIncluding ? includeOnly.exec(text) : null
  if (included !== null) {
    evidence.add({
      kind: 'include',
      score: 61,
      offset: 0,
      sentence: `the page is nothing but a .${included[1]!.toLowerCase()} that is run as code`,
    })
  }
  const run = text.search(runsVariable)
  if (run >= 0)
    evidence.add({
      kind: 'command',
      score: 92,
      offset: run,
      sentence: 'the request reaches #exec',
      technique: 'T1059',
    })
  const evaluated = text.search(expression)
  if (evaluated >= 0) {
    const isFed = /\bparam\.|getParameter|getHeader/.test(text)
    evidence.add({
      kind: 'expression',
      score: isFed ? 90 : 72,
      offset: evaluated,
      sentence: 'an expression of the page reaches classes that run commands',
      technique: 'T1059',
    })
  }
}

/** May `judgeDirectives` find something? */
export function mayHaveDirectives(text: string): boolean {
  return text.includes('{') && text.includes('getClass()')
    ? expression.test(text)
    : text.includes('<!--') && /#(?:include|exec)\s/.test(text.slice(0, 4000))
}
