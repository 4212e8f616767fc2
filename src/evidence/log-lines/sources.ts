// The logs that are looked for by name, under the names that Red Hat, Debian, SUSE and Arch give them. What servers write
// elsewhere is found in their configuration. Globs are below the root; `*` and `?` within a name only.

export const logKinds = [
  'syslog',
  'apache-access',
  'apache-error',
  'nginx-access',
  'nginx-error',
  'mysql-error',
  'postgresql',
  'mongodb',
  'xferlog',
  'ftp',
  'mail',
  'dpkg',
  'package',
  'audit',
  'fail2ban',
  'firewall',
  'text',
] as const

export type LogKind = (typeof logKinds)[number]

/** A log file and what it is. */
export interface NamedLog {
  /** Bytes in a latin1 string, with the root before it. */
  readonly path: string
  /** The path for people, without the root. */
  readonly text: string
  /** Name of the source, e.g. `auth`. */
  readonly source: string
  readonly kind: LogKind
}

export interface LogSource {
  readonly name: string
  readonly kind: LogKind
  readonly globs: readonly string[]
  /** Names carry a date and are new files, no rotated ones. */
  readonly dated?: true
}

export const logSources: readonly LogSource[] = [
  { name: 'auth', kind: 'syslog', globs: ['/var/log/auth.log', '/var/log/secure'] },
  { name: 'messages', kind: 'syslog', globs: ['/var/log/messages', '/var/log/syslog'] },
  { name: 'cron', kind: 'syslog', globs: ['/var/log/cron', '/var/log/cron.log', '/var/log/crond'] },
  {
    name: 'system',
    kind: 'syslog',
    globs: ['daemon', 'kern', 'user', 'debug', 'lpr', 'news/news', 'sudo', 'boot'].map(
      (name) => `/var/log/${name}.log`,
    ),
  },
  {
    name: 'system',
    kind: 'syslog',
    globs: ['/var/log/debug', '/var/log/warn', '/var/log/localmessages', '/var/log/kernel'],
  },
  {
    name: 'mail',
    kind: 'syslog',
    globs: ['/var/log/mail.{log,err,warn,info}', '/var/log/mail', '/var/log/maillog'],
  },
  {
    name: 'exim',
    kind: 'mail',
    globs: ['/var/log/exim{,4}/{main,reject,panic}log', '/var/log/exim/{main,reject,panic}.log'],
  },
  {
    name: 'apache-access',
    kind: 'apache-access',
    globs: [
      '/var/log/{httpd,apache2,apache}/*access{.log,_log}',
      '/var/log/{httpd,apache2}/*access*_log',
      '/var/log/apache2/*request_log',
    ],
  },
  {
    name: 'apache-error',
    kind: 'apache-error',
    globs: ['/var/log/{httpd,apache2,apache}/*error{.log,_log}'],
  },
  { name: 'nginx-access', kind: 'nginx-access', globs: ['/var/log/nginx/*access{.log,_log}'] },
  { name: 'nginx-error', kind: 'nginx-error', globs: ['/var/log/nginx/*error{.log,_log}'] },
  {
    name: 'mysql',
    kind: 'mysql-error',
    globs: [
      '/var/log/mysqld.log',
      '/var/log/mysql/{error,mysqld,mariadb}.log',
      '/var/log/mysql/*.err',
      '/var/log/mysql.{err,log}',
      '/var/log/mariadb/*.log',
      '/var/lib/mysql/*.err',
    ],
  },
  {
    name: 'postgresql',
    kind: 'postgresql',
    dated: true,
    globs: [
      '/var/log/postgresql/*.log',
      '/var/lib/pgsql/data/{log,pg_log}/*.log',
      '/var/lib/pgsql/*/data/{log,pg_log}/*.log',
      '/var/lib/postgres/data/log/*.log',
    ],
  },
  {
    name: 'mongodb',
    kind: 'mongodb',
    globs: ['/var/log/mongodb/mongod.log', '/var/log/mongo/mongod.log', '/var/log/mongodb.log'],
  },
  {
    name: 'xferlog',
    kind: 'xferlog',
    globs: ['/var/log/xferlog', '/var/log/proftpd/xferlog', '/var/log/vsftpd/xferlog'],
  },
  {
    name: 'ftp',
    kind: 'ftp',
    globs: [
      '/var/log/vsftpd.log',
      '/var/log/proftpd/*.log',
      '/var/log/proftpd.log',
      '/var/log/pure-ftpd/*.log',
    ],
  },
  { name: 'dpkg', kind: 'dpkg', globs: ['/var/log/dpkg.log', '/var/log/alternatives.log'] },
  {
    name: 'package',
    kind: 'package',
    globs: [
      '/var/log/apt/{history,term}.log',
      '/var/log/yum.log',
      '/var/log/dnf{,.rpm,.librepo}.log',
      '/var/log/zypper.log',
      '/var/log/zypp/history',
      '/var/log/pacman.log',
      '/var/log/apk.log',
    ],
  },
  { name: 'audit', kind: 'audit', globs: ['/var/log/audit/audit.log'] },
  { name: 'fail2ban', kind: 'fail2ban', globs: ['/var/log/fail2ban.log'] },
  { name: 'firewall', kind: 'syslog', globs: ['/var/log/ufw.log', '/var/log/iptables.log'] },
  { name: 'firewall', kind: 'firewall', globs: ['/var/log/firewalld', '/var/log/firewall'] },
]

/** Logs of records, not of lines: the login sensor reads them, a snapshot lists them. */
export const binaryLogs: readonly string[] = [
  '/var/log/wtmp',
  '/var/log/btmp',
  '/var/log/lastlog',
  '/var/log/faillog',
  '/run/utmp',
  '/var/run/utmp',
  '/var/lib/wtmpdb/wtmp.db',
  '/var/lib/lastlog/lastlog2.db',
]
