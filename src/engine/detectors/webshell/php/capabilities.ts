// What a PHP file is able to do, taken together: a shell with a page around it runs commands, walks folders, edits,
// uploads, asks what the server forbids, and connects back. Ordinary programs do some of it, never all in one file.

import { constants, inflateRawSync, inflateSync } from 'node:zlib'

import type { Evidence } from '../evidence.ts'
import { token, type Tokens } from './lexer.ts'

interface Capability {
  readonly words: string
  /** Without one of these the others are a file manager or a database tool. */
  readonly isGrave?: true
  readonly weight: number
  readonly functions?: ReadonlySet<string>
  readonly text?: RegExp
  /** How many of the functions or different texts there must be. */
  readonly least?: number
}

const names = (list: string): ReadonlySet<string> => new Set(list.split(' '))

const capabilities: readonly Capability[] = [
  {
    words: 'runs commands',
    isGrave: true,
    weight: 12,
    functions: names('system exec shell_exec passthru popen proc_open pcntl_exec'),
  },
  {
    words: 'runs commands in several ways',
    isGrave: true,
    weight: 22,
    functions: names('system exec shell_exec passthru popen proc_open pcntl_exec'),
    least: 3,
  },
  { words: 'lists folders', weight: 6, functions: names('opendir readdir scandir glob') },
  {
    words: 'shows owners and permissions',
    weight: 10,
    functions: names('fileperms posix_getpwuid posix_getgrgid fileowner filegroup'),
    least: 2,
  },
  {
    words: 'deletes, renames and chmods',
    weight: 9,
    functions: names('unlink rename chmod rmdir mkdir copy touch'),
    least: 3,
  },
  { words: 'stores uploads', weight: 6, functions: names('move_uploaded_file is_uploaded_file') },
  {
    words: 'asks who it runs as',
    weight: 9,
    functions: names('get_current_user posix_getuid getmyuid posix_geteuid getmygid posix_getgid'),
  },
  {
    words: 'asks what system it is on',
    weight: 7,
    functions: names(
      'php_uname phpinfo disk_free_space disk_total_space diskfreespace disktotalspace phpversion',
    ),
    least: 2,
  },
  { words: 'changes its folder', weight: 5, functions: names('getcwd chdir realpath'), least: 2 },
  {
    words: 'opens sockets',
    weight: 8,
    functions: names('fsockopen socket_create stream_socket_client pfsockopen socket_listen'),
  },
  {
    words: 'talks to databases',
    weight: 4,
    functions: names('mysql_connect mysql_query mysql_list_dbs mssql_connect pg_connect mysql_list_tables'),
    least: 2,
  },
  {
    words: 'hides what it does',
    weight: 5,
    functions: names('set_time_limit error_reporting ignore_user_abort set_magic_quotes_runtime'),
    least: 2,
  },
  {
    words: 'asks what is forbidden',
    weight: 16,
    text: /safe_?mode|disable_functions|open_basedir|register_globals|magic_quotes_gpc/gi,
    least: 2,
  },
  {
    words: 'names password files',
    isGrave: true,
    weight: 12,
    text: /\/etc\/(?:passwd|shadow)|boot\.ini|\\repair\\sam|\/etc\/httpd|httpd\.conf/gi,
  },
  {
    words: 'names command interpreters',
    isGrave: true,
    weight: 12,
    text: /\/bin\/(?:ba)?sh\b|cmd\.exe|command\.com|\/usr\/bin\/perl/gi,
  },
  {
    words: 'has commands of intruders',
    isGrave: true,
    weight: 14,
    text: /netstat -|\bwhoami\b|uname -a|ifconfig|ipconfig|net user|\bps aux|ls -la|find \/ |lsattr -va|-perm -0[24]000/gi,
    least: 2,
  },
  {
    words: 'connects back',
    isGrave: true,
    weight: 20,
    text: /back[ _-]?connect|bind[ _-]?(?:port|shell)|reverse[ _-]?shell|datapipe|use Socket;|IO::Socket/gi,
  },
  {
    words: 'calls itself a shell',
    isGrave: true,
    weight: 18,
    text: /\b(?:web|php)[ _-]?shell|shell by |\bbackdoor|\bh[4a]ck(?:ed|er)|exploit|\bdefac|0day|priv8|\bcracker\b|木马/gi,
  },
  { words: 'gets around restrictions', isGrave: true, weight: 12, text: /\bby-?pass/gi },
  {
    words: 'has a console',
    weight: 8,
    text: /name\s*=\s*\\?["']?(?:cmd|command|execute|shell|cmdir|exec)\b/gi,
  },
]

/** A large file has a little of everything. */
const longFile = 130_000
const readsRequest = /\$_?(?:GET|POST|REQUEST|FILES|HTTP_\w+_VARS)\b/

/** All capabilities together cannot be surer than this. */
const maxScore = 86
const least = 40

export function judgeCapabilities(text: string, tokens: Tokens, evidence: Evidence): void {
  const called = calledFunctions(tokens)
  // Tools that nobody reaches from outside do much of this.
  const share = (readsRequest.test(text) ? 1.8 : 0.7) * (text.length > longFile ? 0.45 : 1)
  let isGrave = false
  let doubt = 1
  const found: string[] = []
  for (const capability of capabilities) {
    if (!has(capability, called, text)) continue
    doubt *= 1 - (capability.weight * share) / 100
    found.push(capability.words)
    isGrave ||= capability.isGrave === true
  }
  judgeCarried(tokens, evidence)
  judgeProbes(called, evidence)
  if (isAlone(text)) judgeAlone(text, called, evidence)
  judgeLetters(tokens, evidence)
  const score = Math.round(100 * (1 - doubt))
  if (score < least || found.length < 4 || !isGrave) return
  evidence.add({
    kind: 'capabilities',
    score: Math.min(maxScore, score),
    offset: 0,
    sentence: `the file ${found.slice(0, 8).join(', ')}`,
    technique: 'T1083',
  })
}

const maxAlone = 24 * 1024
const frames =
  /\b(?:include|require)(?:_once)?[\s(]{1,4}["'$_d]|\bnamespace\s+\w|\buse\s+\w+\\|\bclass\s+\w+|defined\s?\(/i

/** A page that needs nothing of a program around it. */
function isAlone(text: string): boolean {
  return text.length < maxAlone && !frames.test(text)
}

const dumps: readonly RegExp[] = [
  /show\s+tables|list_tables|information_schema|table_schema/i,
  /select\s+\*\s+from\s{0,3}[`'"{.\s\\]{0,6}\$\w/i,
  /\b(?:mysqli?|mssql|pg|odbc)_connect\s?\(|new\s+mysqli/i,
  /insert\s+into|show\s+create\s+table|fputcsv|fwrite|fputs|file_put_contents/i,
]
const users: readonly RegExp[] = [
  /\/etc\/(?:passwd|valiases|virtual|userdomains)|\/var\/named/,
  /public_html|\/home\d?\/|httpdocs/,
  /\bsymlink\b|\bln -s\b|wp-config|configuration\.php|conf(?:ig)?[.*]{1,2}(?:inc|php)|config\.\*/,
]

/** What is a tool in the middle of a program stands here by itself. */
function judgeAlone(text: string, called: ReadonlySet<string>, evidence: Evidence): void {
  const has = (kind: string): boolean => evidence.has(kind)
  if (['lists', 'reads', 'changes', 'write', 'upload'].filter((kind) => has(kind)).length > 1)
    evidence.add({
      kind: 'alone',
      score: 30,
      offset: 0,
      sentence: 'no program is around it',
      technique: 'T1083',
    })
  if (dumps.every((pattern) => pattern.test(text)))
    evidence.add({
      kind: 'dumps',
      score: 61,
      offset: 0,
      sentence: 'all tables of a database are read out',
      technique: 'T1213',
    })
  if (users.every((pattern) => pattern.test(text)))
    evidence.add({
      kind: 'users',
      score: 62,
      offset: 0,
      sentence: 'the files of all users of the server are looked through',
      technique: 'T1083',
    })
  const isServer =
    called.has('socket_accept') || called.has('stream_socket_accept') || called.has('socket_listen')
  const isClient = called.has('socket_connect') || called.has('fsockopen') || called.has('pfsockopen')
  if (isServer && isClient && (called.has('set_time_limit') || readsRequest.test(text)))
    evidence.add({
      kind: 'relay',
      score: 62,
      offset: 0,
      sentence: 'connections are passed on to other hosts',
      technique: 'T1090',
    })
  const isRaw = called.has('socket_create') && /SOCK_RAW/.test(text) && called.has('socket_recv')
  if (isRaw)
    evidence.add({
      kind: 'sniffs',
      score: 62,
      offset: 0,
      sentence: 'what passes the network is read',
      technique: 'T1040',
    })
}

const leastOperators = 40
const maxNames = 2

/** Code without a word in it: names that are underscores, numbers that are comparisons. */
function judgeLetters({ kinds, values, starts }: Tokens, evidence: Evidence): void {
  let names = 0
  let operators = 0
  let odd = 0
  for (let at = 0; at < kinds.length && names <= maxNames; at++) {
    const value = values[at]!
    if (kinds[at] === token.variable && /^\$?_+$/.test(value)) odd++
    else if (kinds[at] === token.variable || (kinds[at] === token.name && /[a-z]/i.test(value))) names++
    else if (kinds[at] === token.operator) operators++
  }
  if (names > maxNames || operators < leastOperators || odd < 10) return
  evidence.add({
    kind: 'no-letters',
    score: 78,
    offset: starts[0] ?? 0,
    sentence: 'the code is written without letters',
    technique: 'T1027',
  })
}

/** A page that lists any folder and says what may be written there. */
function judgeProbes(called: ReadonlySet<string>, evidence: Evidence): void {
  if (!evidence.has('lists') || (!called.has('is_writable') && !called.has('fileperms'))) return
  evidence.add({
    kind: 'probes',
    score: 38,
    offset: 0,
    sentence: 'the file says which folders may be written',
    technique: 'T1083',
  })
}

const programs =
  /^\x7fELF|^MZ|use Socket;|#!\s?\/usr\/bin\/(?:perl|python|env)|#include\s?<|\/bin\/(?:ba)?sh\b|<\?php|\beval\s?\(|\$_(?:POST|GET|REQUEST)\[/
const maxPrograms = 40

/** Programs that lie in the file as Base64: to be written out and started, or run. */
function judgeCarried({ kinds, values, starts }: Tokens, evidence: Evidence): void {
  let looked = 0
  for (let at = 0; at < kinds.length && looked < maxPrograms; at++) {
    const value = values[at]!
    if (kinds[at] !== token.text || value.length < 36) continue
    const isShort = value.length < 100
    if (!(isShort ? hexOnly : base64Start).test(isShort ? value : value.slice(0, 100))) continue
    looked++
    const plain = isShort ? Buffer.from(value, 'hex') : Buffer.from(value.slice(0, maxCarried), 'base64')
    const isProgram = isShort ? shellCode.test(plain.toString('latin1')) : isProgramText(plain)
    if (!isProgram) continue
    evidence.add({
      kind: 'carried-program',
      score: 61,
      offset: starts[at]!,
      sentence: `a program lies in the file as ${isShort ? 'hexadecimal digits' : 'Base64'}`,
      technique: 'T1027',
    })
    return
  }
}

const hexOnly = /^(?:[0-9a-f]{2})+$/i
const base64Start = /^[A-Za-z0-9+/\s]{99}/
const shellCode = /\b(?:eval|assert|system|exec|passthru)\s?\(\s?@?\$_/
const maxCarried = 64 * 1024

function isProgramText(plain: Buffer): boolean {
  if (programs.test(plain.toString('latin1', 0, 3000))) return true
  return packedPrograms.test(inflated(plain))
}

/** Of what is packed, only PHP that hides again what it does. */
const packedPrograms =
  /^\s*(?:<\?|\$\w+\s*=)[^]{0,3000}(?:\beval\s?\(|preg_replace\(["'][^"']{1,9}e["']|\$_(?:POST|REQUEST|COOKIE)\[)/

function inflated(plain: Buffer): string {
  const options = { maxOutputLength: 4 * maxCarried, finishFlush: constants.Z_SYNC_FLUSH }
  try {
    return (plain[0] === 0x78 ? inflateSync : inflateRawSync)(plain, options).toString('latin1', 0, 4000)
  } catch {
    return ''
  }
}

function has(
  { functions, text: pattern, least: wanted = 1 }: Capability,
  called: ReadonlySet<string>,
  text: string,
): boolean {
  if (functions !== undefined) {
    let count = 0
    for (const name of functions) if (called.has(name)) count++
    return count >= wanted
  }
  pattern!.lastIndex = 0
  if (wanted === 1) return pattern!.test(text)
  const different = new Set<string>()
  for (let match = pattern!.exec(text); match !== null; match = pattern!.exec(text)) {
    different.add(match[0].toLowerCase())
    if (different.size >= wanted) return true
  }
  return false
}

function calledFunctions({ kinds, values }: Tokens): Set<string> {
  const called = new Set<string>()
  for (let at = 0; at < kinds.length - 1; at++) {
    if (kinds[at] !== token.name || values[at + 1] !== '(' || kinds[at + 1] !== token.operator) continue
    const before = values[at - 1]
    if (before !== '->' && before !== '::' && before !== 'function') called.add(values[at]!.toLowerCase())
  }
  return called
}
