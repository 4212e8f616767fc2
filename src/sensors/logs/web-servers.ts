// Logs that Apache httpd and nginx write, from their configuration: https://httpd.apache.org/docs/2.4/logs.html,
// https://nginx.org/en/docs/http/ngx_http_log_module.html. Only what names logs is understood; conditions are not
// evaluated, so a log that is named anywhere is followed if it is there.

import { type Configuration, type ConfiguredLog, firstWord, patternGlob } from './configuration.ts'
import type { LogKind } from '../../evidence/log-lines/index.ts'

const apacheRoots = [
  { file: '/etc/apache2/apache2.conf', serverRoot: '/etc/apache2' },
  { file: '/etc/apache2/httpd.conf', serverRoot: '/srv/www' },
  { file: '/etc/httpd/conf/httpd.conf', serverRoot: '/etc/httpd' },
  { file: '/usr/local/apache2/conf/httpd.conf', serverRoot: '/usr/local/apache2' },
]
const nginxFiles = ['/etc/nginx/nginx.conf', '/usr/local/nginx/conf/nginx.conf']
const maxDepth = 16

export function webServerLogs(configuration: Configuration): ConfiguredLog[] {
  const logs: ConfiguredLog[] = []
  const variables = apacheVariables(configuration)
  for (const { file, serverRoot } of apacheRoots) {
    new ApacheLogs(configuration, variables, serverRoot, logs).read(file, 0)
  }
  for (const file of nginxFiles)
    readNginx({ configuration, logs, folder: file.replace(/\/[^/]*$/, '') }, file, 0)
  return logs
}

/** `export NAME=value` of Debian's envvars. */
function apacheVariables(configuration: Configuration): Map<string, string> {
  const variables = new Map<string, string>([['SUFFIX', '']])
  for (const file of ['/etc/apache2/envvars', '/etc/sysconfig/httpd', '/etc/sysconfig/apache2']) {
    for (const line of configuration.linesOnce(file)) {
      const found = /^\s*(?:export\s+)?([A-Z_]{1,64})=(.{0,1024})$/.exec(line)
      if (found === null) continue
      const value = firstWord(found[2] ?? '').replace(/\$\{?SUFFIX\}?/g, '')
      variables.set(found[1] ?? '', value)
    }
  }
  return variables
}

class ApacheLogs {
  readonly #configuration: Configuration
  readonly #variables: Map<string, string>
  readonly #logs: ConfiguredLog[]
  #serverRoot: string

  constructor(
    configuration: Configuration,
    variables: Map<string, string>,
    serverRoot: string,
    logs: ConfiguredLog[],
  ) {
    this.#configuration = configuration
    this.#variables = variables
    this.#serverRoot = serverRoot
    this.#logs = logs
  }

  read(file: string, depth: number): void {
    if (depth > maxDepth) return
    for (const line of this.#configuration.linesOnce(file)) {
      const found =
        /^\s*(Define|ServerRoot|Include|IncludeOptional|CustomLog|TransferLog|ErrorLog)\s+(.+)$/i.exec(line)
      if (found !== null) this.#directive((found[1] ?? '').toLowerCase(), found[2] ?? '', depth)
    }
  }

  #directive(name: string, rest: string, depth: number): void {
    const value = this.#resolve(firstWord(rest))
    if (name === 'define')
      this.#variables.set(firstWord(rest), this.#resolve(firstWord(rest.replace(/^\s*\S+/, ''))))
    else if (name === 'serverroot') this.#serverRoot = value.replace(/\/+$/, '')
    else if (name.startsWith('include')) {
      const place = this.#absolute(value)
      for (const path of this.#configuration.files(place.endsWith('/') ? `${place}*` : place))
        this.read(path, depth + 1)
    } else this.#log(value, name === 'errorlog' ? 'apache-error' : 'apache-access')
  }

  #log(value: string, kind: LogKind): void {
    // `|program file 86400`: rotatelogs and its like name the file.
    const path = value.startsWith('|')
      ? /(?:^|\s)(\/(?:var|srv|home|opt|logs?)\/[^\s"']{1,1024})/.exec(value)?.[1]
      : value
    if (path === undefined || path === '' || path.startsWith('syslog')) return
    const isDated = path.includes('%')
    this.#logs.push({
      source: kind,
      kind,
      glob: patternGlob(this.#absolute(path)),
      ...(isDated ? { dated: true } : {}),
    })
  }

  #absolute(path: string): string {
    return path.startsWith('/') ? path : `${this.#serverRoot}/${path}`
  }

  #resolve(text: string): string {
    return text.replace(
      /\$\{([A-Za-z_]\w{0,63})\}/g,
      (whole, name: string) => this.#variables.get(name) ?? whole,
    )
  }
}

interface Nginx {
  readonly configuration: Configuration
  readonly logs: ConfiguredLog[]
  /** Relative names are below it. */
  readonly folder: string
}

function readNginx(nginx: Nginx, file: string, depth: number): void {
  if (depth > maxDepth) return
  for (const line of nginx.configuration.linesOnce(file)) {
    if (/^\s*#/.test(line)) continue
    for (const [, name = '', rest = ''] of line.matchAll(
      /(?:^|[\s;{}])(access_log|error_log|include)\s+([^;#]{1,4096})/g,
    )) {
      nginxDirective(nginx, name, firstWord(rest), depth)
    }
  }
}

function nginxDirective(nginx: Nginx, name: string, value: string, depth: number): void {
  const path = value.startsWith('/') ? value : `${nginx.folder}/${value}`
  if (name === 'include') {
    for (const included of nginx.configuration.files(path)) readNginx(nginx, included, depth + 1)
    return
  }
  if (value === 'off' || value === 'stderr' || /^(?:syslog|memory):/.test(value)) return
  const kind = name === 'error_log' ? 'nginx-error' : 'nginx-access'
  nginx.logs.push({ source: kind, kind, glob: patternGlob(path) })
  // Without a leading slash a name is below the prefix that nginx was built with.
  if (!value.startsWith('/'))
    nginx.logs.push({ source: kind, kind, glob: patternGlob(`/usr/share/nginx/${value}`) })
}
