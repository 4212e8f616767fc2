// Which processes are shells that somebody types into.

import { basename } from 'node:path'

import type { ProcessInfo } from '../../model/index.ts'
import { processFacts } from '../../platform/linux/processes.ts'

const shells: ReadonlySet<string> = new Set([
  'ash',
  'bash',
  'busybox',
  'csh',
  'dash',
  'elvish',
  'fish',
  'ksh',
  'ksh93',
  'mksh',
  'nu',
  'pwsh',
  'rbash',
  'rzsh',
  'sh',
  'tcsh',
  'yash',
  'zsh',
])

/** The name of a shell, e.g. `bash`; undefined for other programs. */
export function shellName({ name, executable }: ProcessInfo): string | undefined {
  const file = executable === undefined ? undefined : basename(executable)
  if (file !== undefined && shells.has(file)) return file
  // Under a name of its own (ksh → ksh93, sh → busybox), or as a login shell (`-bash`).
  const own = name?.replace(/^-/, '')
  return own !== undefined && shells.has(own) ? own : undefined
}

/**
 * Whether a shell reads from a terminal: it runs no script and no `-c` command. False where nothing is known of its
 * arguments.
 */
export function isInteractive({ pid, args }: ProcessInfo): boolean {
  const words = args ?? processFacts(pid).commandLine.split(' ')
  if (words[0] === undefined || words[0] === '') return false
  let rest = words.slice(1)
  // `busybox sh`
  if (basename(words[0]) === 'busybox') rest = rest.slice(1)
  while (rest[0] !== undefined) {
    const [word] = rest
    if (!/^[-+]./.test(word) || word === '--') return word === '-' && rest.length === 1
    if (/^-[a-zA-Z]*c/.test(word)) return false
    rest = rest.slice(optionsWithValue.has(word) ? 2 : 1)
  }
  return true
}

const optionsWithValue: ReadonlySet<string> = new Set(['-o', '+o', '-O', '+O', '--rcfile', '--init-file'])

/** `tty_nr` or a device as the name of a terminal: `pts/3`, `tty1`, `ttyS0`; undefined for none. */
export function terminalName(major: number, minor: number): string | undefined {
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`
  if (major !== 4) return major === 0 ? undefined : `${major}:${minor}`
  return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`
}
