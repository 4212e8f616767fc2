// What a PHP file is able to do, taken together: a shell with a page around it runs commands, walks folders, edits,
// uploads, asks what the server forbids, and connects back. Ordinary programs do some of it, never all in one file.

import type { Evidence } from '../../evidence.ts'
import { judgeAlone, judgeCover, judgeLetters, judgeProbes, readsRequest } from './alone.ts'
import { judgeCarried } from './carried.ts'
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

/** All capabilities together cannot be surer than this. */
const maxScore = 86
const least = 40

export function judgeCapabilities(text: string, tokens: Tokens, evidence: Evidence): void {
  const called = calledFunctions(tokens)
  // Tools that nobody reaches from outside do much of this.
  const share =
    (readsRequest.test(text) ? 1.8 : 0.7) *
    (text.length > longFile ? 0.45 : 1) *
    (/<(?:form|input|textarea)\b/i.test(text) ? 1 : 0.75)
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
  judgeAlone(text, called, evidence)
  judgeCover(text, evidence)
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
