// Which texts are worth being read as scripts: those with words that dropping, hiding and taking over need.

import type { ScriptLanguage } from './language.ts'
import { WordGate } from './word-gate.ts'

/** Words of Windows: the rarer they are in honest programs, the better. */
const windows = [
  'powershell',
  'wscript.',
  'adodb.',
  'shell.application',
  'winmgmts',
  'win32_',
  'certutil',
  'bitsadmin',
  'mshta',
  'regsvr32',
  'rundll32',
  'vssadmin',
  'shadowcopy',
  'mppreference',
  'frombase64',
  'invoke-',
  'downloadstring',
  'downloadfile',
  'downloaddata',
  'net.webclient',
  'net.sockets',
  'reflection.assembly',
  'amsiutils',
  'amsiscan',
  'amsiinit',
  'virtualalloc',
  'schtasks',
  'currentversion\\run',
  'scripting.filesystemobject',
  'cmd.exe',
  'cmd /c',
  'lsass',
  'autorun.inf',
]
const unix = [
  'dup2(',
  'pty.spawn',
  '/dev/tcp',
  '/dev/udp',
  'mkfifo',
  'mknod ',
  ' -i >&',
  ' -i>&',
  'base64 -',
  'xxd -r',
  'ld.so.preload',
  'authorized_keys',
  'histfile',
  'history -c',
  'bash_history',
  'stratum+',
  'xmrig',
  'minerd',
  'kinsing',
  'kdevtmpfsi',
  'busybox',
  '/dev/shm',
  's_client',
  '/inet/tcp',
  '/inet/udp',
  'fsockopen',
  'chattr ',
  'crontab',
  '/etc/cron',
  '/etc/passwd',
  'exec -a',
  'no-preserve-root',
  'socat ',
  'telnet ',
  'ncat ',
  ' nc -',
  'netcat',
  'wget ',
  'curl ',
  'tftp ',
  '/etc/shadow',
  '.aws/cred',
  'ld_preload',
  'bin/bash',
  'bin/sh',
  'openssl enc',
  'insmod',
  '$(printf',
  'aegis',
  'setenforce',
  '| rev',
  ':(){ ',
  ':(){:',
  'of=/dev/',
]
const python = [
  'dup2(',
  'pty.spawn',
  '.recv(',
  'b64decode',
  'marshal',
  'decompress',
  'exec(',
  'virtualalloc',
  'mmap.',
  'cryptunprotect',
  'webhooks',
  'api.telegram',
  'pynput',
  'pyhook',
  'getasynckey',
  '.encrypt(',
  'unhexlify',
  'fromhex',
  'codecs',
  'egg_info',
  'cmdclass',
  'powershell',
  'os.system',
  'rot13',
  '__import__',
  'urlopen',
]
const others = ['socket', 'privmsg', 'unpack', 'decode_base64', 'decode64', '.pack(', 'pack("h', "pack('h"]
const browser = [
  'mssaveoropenblob',
  'mssaveblob',
  'createobjecturl',
  'coinhive',
  'deepminer',
  'fromcharcode',
  'unescape',
  'atob(',
  'eval(',
  'function(',
  'execscript',
  'document.write',
  'activexobject',
  'child_process',
  '=~[];',
  'process.env',
  'leveldb',
  'wallet.dat',
  '%u9090',
  'constructor',
  'base64',
  '.crlt.',
  'coinimp',
]

const all = [...new Set([...windows, ...unix, ...python, ...others, ...browser])]
const places = new Map(all.map((word, index) => [word, index]))
const gate = new WordGate(all)

export class FoundWords {
  readonly #found = new Uint8Array(all.length)

  search(bytes: Uint8Array): void {
    gate.search(bytes, this.#found)
  }

  has(word: string): boolean {
    return this.#found[places.get(word) ?? -1] === 1
  }

  any(list: readonly string[]): boolean {
    return list.some((word) => this.has(word))
  }
}

/** JavaScript with these is no library. */
const hostWords = windows.filter((word) => word !== 'win32_' && word !== 'invoke-' && word !== 'cmd.exe')

/** Whether it must be taken apart; `isHidden`: it is full of what hides words. */
export function isWorthReading(
  language: ScriptLanguage,
  words: FoundWords,
  isHidden: () => boolean,
): boolean {
  switch (language) {
    case 'batch':
    case 'powershell':
    case 'vbscript':
      return true
    case 'shell':
      return words.any(unix)
    case 'python':
      return words.any(python) || words.any(windows)
    case 'perl':
    case 'ruby':
      return words.any(others)
    case 'javascript':
      return isJavascriptWorth(words) || isHidden()
  }
}

function isJavascriptWorth(words: FoundWords): boolean {
  if (words.any(['/dev/tcp', '/dev/udp'])) return true
  if (words.any(hostWords)) return true
  if (
    words.any([
      'mssaveoropenblob',
      'mssaveblob',
      'coinhive',
      'deepminer',
      '.crlt.',
      'coinimp',
      '=~[];',
      'leveldb',
      'wallet.dat',
      '%u9090',
    ])
  )
    return true
  if (words.has('createobjecturl') && words.any(['atob(', 'fromcharcode', 'base64'])) return true
  if (
    words.has('child_process') &&
    words.any(['bin/sh', 'bin/bash', 'cmd.exe', 'process.env', 'curl ', 'wget '])
  )
    return true
  if (words.has('eval(') || words.has('document.write'))
    return words.any(['fromcharcode', 'unescape', 'atob('])
  return words.has('execscript')
}

const looked = 64 * 1024

/** Strings in pieces, characters by number: how much of the text is made of them. */
export function isFullOfPieces(text: string): boolean {
  const length = Math.min(text.length, looked)
  let pieces = 0
  for (let at = 1; at < length; at++) {
    const here = text.charCodeAt(at)
    const before = text.charCodeAt(at - 1)
    const isQuote = here === 0x22 || here === 0x27
    if (before === 0x2b && isQuote) pieces += 2
    else if (before === 0x5c && (here === 0x78 || here === 0x75)) pieces += 4
    else if (before === 0x30 && here === 0x78) pieces += 3
  }
  return (length > 40 && pieces > length * 0.08) || isSigns(text.slice(0, 2000))
}

/** Six characters are enough to write JavaScript. */
function isSigns(text: string): boolean {
  return text.length > 500 && text.replaceAll(/[[\]()!+{}\s;]/g, '').length < text.length * 0.05
}
