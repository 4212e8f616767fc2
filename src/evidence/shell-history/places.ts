// The history files that programs keep in a home. A history kept elsewhere (HISTFILE, ZDOTDIR) is not known.

import {
  type HistoryParser,
  parseBash,
  parseClient,
  parseFish,
  parseKsh,
  parseLess,
  parseNewestFirst,
  parsePlain,
  parsePython,
  parseZsh,
} from './format.ts'

export interface HistoryPlace {
  /** Below the home. */
  readonly path: string
  /** The program that the lines were typed into. */
  readonly shell: string
  /** Undefined for files that are listed, but hold no typed commands. */
  readonly parse?: HistoryParser
  /** The program writes the whole file anew, so its end says nothing. */
  readonly isRewritten?: boolean
}

export const historyPlaces: readonly HistoryPlace[] = [
  { path: '.bash_history', shell: 'bash', parse: parseBash },
  { path: '.zsh_history', shell: 'zsh', parse: parseZsh },
  { path: '.zhistory', shell: 'zsh', parse: parseZsh },
  { path: '.histfile', shell: 'zsh', parse: parseZsh },
  { path: '.local/share/fish/fish_history', shell: 'fish', parse: parseFish },
  { path: '.sh_history', shell: 'ksh', parse: parseKsh },
  { path: '.ksh_history', shell: 'ksh', parse: parseKsh },
  { path: '.mksh_history', shell: 'mksh', parse: parseKsh },
  { path: '.ash_history', shell: 'ash', parse: parsePlain },
  { path: '.history', shell: 'tcsh', parse: parseBash },
  { path: '.python_history', shell: 'python', parse: parsePython },
  { path: '.node_repl_history', shell: 'node', parse: parseNewestFirst, isRewritten: true },
  { path: '.irb_history', shell: 'irb', parse: parsePlain },
  { path: '.php_history', shell: 'php', parse: parseClient },
  { path: '.mysql_history', shell: 'mysql', parse: parseClient },
  { path: '.mariadb_history', shell: 'mariadb', parse: parseClient },
  { path: '.psql_history', shell: 'psql', parse: parseClient },
  { path: '.sqlite_history', shell: 'sqlite', parse: parseClient },
  { path: '.rediscli_history', shell: 'redis-cli', parse: parsePlain },
  {
    path: '.mongodb/mongosh/mongosh_repl_history',
    shell: 'mongosh',
    parse: parseNewestFirst,
    isRewritten: true,
  },
  { path: '.dbshell', shell: 'mongo', parse: parsePlain },
  { path: '.lesshst', shell: 'less', parse: parseLess, isRewritten: true },
  { path: '.viminfo', shell: 'vim' },
  { path: '.wget-hsts', shell: 'wget' },
]
