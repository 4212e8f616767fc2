// Logs that database servers write, from their configuration files and from the command lines of those that run.
// MySQL and MariaDB: option files; PostgreSQL: postgresql.conf; MongoDB: mongod.conf.

import { type Configuration, type ConfiguredLog, firstWord, patternGlob } from './configuration.ts'

const mysqlFiles = ['/etc/my.cnf', '/etc/mysql/my.cnf', '/etc/mysql/mariadb.cnf', '/etc/my.cnf.d/*.cnf']
const postgresqlFiles = [
  '/etc/postgresql/*/*/postgresql.conf',
  '/var/lib/pgsql/data/postgresql.conf',
  '/var/lib/pgsql/*/data/postgresql.conf',
  '/var/lib/postgres/data/postgresql.conf',
]
const mongoFiles = ['/etc/mongod.conf', '/etc/mongodb.conf']
const maxDepth = 8

/** `commandLines`: arguments of the processes that run. */
export function databaseLogs(
  configuration: Configuration,
  commandLines: readonly (readonly string[])[],
): ConfiguredLog[] {
  const logs: ConfiguredLog[] = []
  const running = { mysql: [...mysqlFiles], postgresql: [...postgresqlFiles], mongo: [...mongoFiles] }
  for (const args of commandLines) fromCommandLine(args, running, logs)
  for (const glob of running.mysql) {
    for (const file of configuration.files(glob)) readMysql(configuration, logs, { file, depth: 0 })
  }
  for (const glob of running.postgresql) {
    for (const file of configuration.files(glob)) readPostgresql(configuration, logs, file)
  }
  for (const glob of running.mongo) {
    for (const file of configuration.files(glob)) readMongo(configuration, logs, file)
  }
  return logs
}

type Files = Record<'mysql' | 'postgresql' | 'mongo', string[]>

function fromCommandLine(args: readonly string[], files: Files, logs: ConfiguredLog[]): void {
  const program = (args[0] ?? '').replace(/^.*\//, '')
  const option = (name: string): string | undefined => optionOf(args, name)
  if (/^(?:mysqld|mariadbd)$/.test(program)) {
    addPath(files.mysql, option('--defaults-file'), '')
    const log = option('--log-error') ?? option('--log_error')
    if (log?.startsWith('/') === true) logs.push({ source: 'mysql', kind: 'mysql-error', glob: log })
    const data = option('--datadir')
    if (data?.startsWith('/') === true)
      logs.push({ source: 'mysql', kind: 'mysql-error', glob: `${data}/*.err` })
  } else if (/^(?:postgres|postmaster)$/.test(program)) {
    addPath(files.postgresql, option('-D'), '/postgresql.conf')
    addPath(files.postgresql, /^config_file=(.*)$/.exec(option('-c') ?? '')?.[1], '')
  } else if (program === 'mongod') {
    addPath(files.mongo, option('--config') ?? option('-f'), '')
    const log = option('--logpath')
    if (log?.startsWith('/') === true) logs.push({ source: 'mongodb', kind: 'mongodb', glob: log })
  }
}

function addPath(files: string[], path: string | undefined, suffix: string): void {
  if (path?.startsWith('/') === true && files.length < 64) files.push(`${path.replace(/\/+$/, '')}${suffix}`)
}

/** `--name=value`, `--name value` or `-n value`. */
function optionOf(args: readonly string[], name: string): string | undefined {
  for (const [index, arg] of args.slice(0, 256).entries()) {
    if (arg === name) return args[index + 1]
    if (arg.startsWith(`${name}=`)) return arg.slice(name.length + 1)
  }
  return undefined
}

const mysqlLogs = new Set(['log_error', 'general_log_file', 'slow_query_log_file'])

function readMysql(
  configuration: Configuration,
  logs: ConfiguredLog[],
  { file, depth }: { readonly file: string; readonly depth: number },
): void {
  if (depth > maxDepth) return
  let section = ''
  let datadir = '/var/lib/mysql'
  for (const line of configuration.linesOnce(file)) {
    const include = /^\s*!(include|includedir)\s+(\S{1,4096})/.exec(line)
    if (include !== null) {
      const glob = include[1] === 'include' ? (include[2] ?? '') : `${include[2]?.replace(/\/+$/, '')}/*.cnf`
      for (const path of configuration.files(glob))
        readMysql(configuration, logs, { file: path, depth: depth + 1 })
    }
    section = /^\s*\[([^\]]{1,100})\]/.exec(line)?.[1]?.toLowerCase() ?? section
    const found = /^\s*([a-z][a-z_-]{1,60})\s*=\s*(.{1,4096})$/.exec(line)
    if (found === null || !/^(?:mysqld|mariadb|server|mysqld_safe|galera)/.test(section)) continue
    const name = (found[1] ?? '').replaceAll('-', '_')
    const value = firstWord(found[2] ?? '')
    if (name === 'datadir') {
      datadir = value.replace(/\/+$/, '')
      logs.push({ source: 'mysql', kind: 'mysql-error', glob: `${datadir}/*.err` })
    } else if (mysqlLogs.has(name)) {
      // Without an ending the server adds `.err` to the name of its error log.
      const path = name === 'log_error' && !/\.[^/]*$/.test(value) ? `${value}.err` : value
      const glob = path.startsWith('/') ? path : `${datadir}/${path}`
      logs.push({
        source: name === 'log_error' ? 'mysql' : 'mysql-query',
        kind: name === 'log_error' ? 'mysql-error' : 'text',
        glob,
      })
    }
  }
}

function readPostgresql(configuration: Configuration, logs: ConfiguredLog[], file: string): void {
  const settings = new Map<string, string>()
  for (const line of configuration.linesOnce(file)) {
    const found = /^\s*([a-z_]{1,60})\s*(?:=|\s)\s*(?:'([^']{0,4096})'|([^\s#']{1,4096}))/.exec(line)
    if (found !== null) settings.set(found[1] ?? '', found[2] ?? found[3] ?? '')
  }
  if (settings.get('logging_collector') !== 'on') return
  const data = settings.get('data_directory') ?? file.replace(/\/[^/]*$/, '')
  const directory = settings.get('log_directory') ?? 'log'
  const name = settings.get('log_filename') ?? 'postgresql-%Y-%m-%d_%H%M%S.log'
  const folder = directory.startsWith('/') ? directory : `${data}/${directory}`
  logs.push({ source: 'postgresql', kind: 'postgresql', dated: true, glob: `${folder}/${patternGlob(name)}` })
}

/** YAML as mongod.conf has it (`systemLog:` and an indented `path:`), or the older `logpath=`. */
function readMongo(configuration: Configuration, logs: ConfiguredLog[], file: string): void {
  let section = ''
  for (const line of configuration.linesOnce(file)) {
    section = /^([A-Za-z]{1,60}):/.exec(line)?.[1] ?? section
    const value = section === 'systemLog' ? /^\s+path:\s*(.{1,4096})$/.exec(line)?.[1] : undefined
    const path = firstWord(value ?? /^\s*logpath\s*=\s*(.{1,4096})$/.exec(line)?.[1] ?? '')
    if (path.startsWith('/')) logs.push({ source: 'mongodb', kind: 'mongodb', glob: path })
  }
}
