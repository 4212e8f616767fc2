import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import { startSensor } from '../../../test/support/sensor.ts'
import { Configuration } from './configuration.ts'
import { databaseLogs } from './databases.ts'
import { Discovery } from './discover.ts'
import { logsSensorWith } from './logs-sensor.ts'
import { snapshotLogs } from './snapshot.ts'
import { webServerLogs } from './web-servers.ts'

function host(t: TestContext, files: Readonly<Record<string, string>>): string {
  const { path } = withFolder(t)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text, 'latin1')
  }
  return path
}

function found(root: string, commandLines: readonly string[][] = []): string[] {
  const { logs } = new Discovery(root, []).find(commandLines)
  return logs.map(({ text, kind }) => `${kind} ${text}`).toSorted()
}

test('the usual logs of Debian, Red Hat and SUSE are found by name, rotated ones are not', (t) => {
  const root = host(t, {
    'var/log/auth.log': '',
    'var/log/auth.log.1': '',
    'var/log/secure': '',
    'var/log/secure-20261122': '',
    'var/log/messages': '',
    'var/log/cron': '',
    'var/log/xferlog': '',
    'var/log/httpd/access_log': '',
    'var/log/apache2/error.log': '',
    'var/log/apache2/shop-access.log': '',
    'var/log/apache2/error.log.2.gz': '',
    'var/log/nginx/access.log': '',
    'var/log/postgresql/postgresql-2026-11-22_000000.log': '',
    'var/log/mysql/error.log': '',
    'var/log/mongodb/mongod.log': '',
    'var/log/audit/audit.log': '',
    'var/log/mail.err': '',
    'var/log/other.log': '',
  })
  assert.deepEqual(found(root), [
    'apache-access /var/log/apache2/shop-access.log',
    'apache-access /var/log/httpd/access_log',
    'apache-error /var/log/apache2/error.log',
    'audit /var/log/audit/audit.log',
    'mongodb /var/log/mongodb/mongod.log',
    'mysql-error /var/log/mysql/error.log',
    'nginx-access /var/log/nginx/access.log',
    'postgresql /var/log/postgresql/postgresql-2026-11-22_000000.log',
    'syslog /var/log/auth.log',
    'syslog /var/log/cron',
    'syslog /var/log/mail.err',
    'syslog /var/log/messages',
    'syslog /var/log/secure',
    'xferlog /var/log/xferlog',
  ])
})

test('logs that Apache and nginx are told to write elsewhere are found through includes and variables', (t) => {
  const root = host(t, {
    'etc/apache2/envvars': 'export APACHE_LOG_DIR=/srv/logs$SUFFIX\n',
    'etc/apache2/apache2.conf':
      'ErrorLog ${APACHE_LOG_DIR}/err\nIncludeOptional sites-enabled/*.conf\nInclude apache2.conf\n',
    'etc/apache2/sites-enabled/a.conf':
      '<VirtualHost *>\n CustomLog "/srv/www/a/hits" combined\n CustomLog "|/usr/bin/rotatelogs /srv/www/a/day.%Y%m%d 86400" combined\n #CustomLog /srv/no x\n</VirtualHost>\n',
    'etc/nginx/nginx.conf': 'http { include conf.d/*.conf;\n  access_log off; }\n',
    'etc/nginx/conf.d/b.conf':
      'server { access_log /srv/www/b/$host.hits combined; error_log /srv/www/b/oops warn;\n}\n',
    'srv/logs/err': '',
    'srv/www/a/hits': '',
    'srv/www/a/day.20261122': '',
    'srv/no': '',
    'srv/www/b/example.com.hits': '',
    'srv/www/b/oops': '',
  })
  assert.deepEqual(found(root), [
    'apache-access /srv/www/a/day.20261122',
    'apache-access /srv/www/a/hits',
    'apache-error /srv/logs/err',
    'nginx-access /srv/www/b/example.com.hits',
    'nginx-error /srv/www/b/oops',
  ])
})

test('logs of databases are found in their configuration and on the command lines of those that run', (t) => {
  const root = host(t, {
    'etc/mysql/my.cnf': '!includedir /etc/mysql/conf.d/\n[client]\nlog_error=/no\n',
    'etc/mysql/conf.d/x.cnf': '[mysqld]\nlog-error = /data/my/error\nslow_query_log_file=/data/my/slow.log\n',
    'etc/postgresql/15/main/postgresql.conf':
      "data_directory = '/data/pg'\t\t# use data in another directory\nlogging_collector = on\nlog_directory = 'pg_log'\nlog_filename = 'pg-%a.log'\n",
    'etc/mongod.conf': 'storage:\n  path: /no\nsystemLog:\n  destination: file\n  path: "/data/mongo.log"\n',
    'opt/my.cnf': '[mysqld]\nlog_error=/opt/my.err\n',
    'data/my/error.err': '',
    'data/my/slow.log': '',
    'data/pg/pg_log/pg-Mon.log': '',
    'data/mongo.log': '',
    'opt/my.err': '',
    'opt/second.err': '',
  })
  assert.deepEqual(found(root), [
    'mongodb /data/mongo.log',
    'mysql-error /data/my/error.err',
    'postgresql /data/pg/pg_log/pg-Mon.log',
    'text /data/my/slow.log',
  ])
  const running = [['/usr/sbin/mysqld', '--defaults-file=/opt/my.cnf', '--log-error=/opt/second.err']]
  assert.deepEqual(
    found(root, running).filter((one) => one.includes('/opt/')),
    ['mysql-error /opt/my.err', 'mysql-error /opt/second.err'],
  )
})

test('a configuration that has changed is read again', (t) => {
  const root = host(t, { 'etc/mongod.conf': 'systemLog:\n  path: /a.log\n', 'a.log': '', 'b.log': '' })
  const discovery = new Discovery(root, [])
  assert.deepEqual(
    discovery.find([]).logs.map(({ text }) => text),
    ['/a.log'],
  )
  writeFileSync(join(root, 'etc/mongod.conf'), 'systemLog:\n  path: /b.log\n  #\n')
  assert.deepEqual(
    discovery.find([]).logs.map(({ text }) => text),
    ['/b.log'],
  )
})

test('includes that lead in a circle and files that are none end the reading', (t) => {
  const root = host(t, {
    'etc/nginx/nginx.conf': 'include nginx.conf;\ninclude /etc/nginx/*;\naccess_log /x;\n',
    x: '',
  })
  symlinkSync('loop', join(root, 'etc/nginx/loop'))
  assert.deepEqual(found(root), ['nginx-access /x'])
})

test('no configuration makes the reading throw', (t) => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'Include ',
      'CustomLog ',
      '"',
      '${',
      '}',
      '\n',
      'ErrorLog |',
      '[mysqld]\n',
      'log_error=',
      'systemLog:\n path: ',
      "log_directory = '",
    ),
  )
  const root = host(t, {})
  for (const folder of ['etc/apache2', 'etc/mysql', 'etc/postgresql/1/main'])
    mkdirSync(join(root, folder), { recursive: true })
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      for (const name of [
        'etc/apache2/apache2.conf',
        'etc/mysql/my.cnf',
        'etc/postgresql/1/main/postgresql.conf',
        'etc/mongod.conf',
      ])
        writeFileSync(join(root, name), text)
      const configuration = new Configuration(root)
      webServerLogs(configuration)
      databaseLogs(configuration, [pieces])
    }),
    { numRuns: 100 },
  )
})

test('a web log that appears in a folder that is watched is followed from its first line, with its own time', async (t) => {
  const root = host(t, { 'var/log/nginx/error.log': '' })
  const factory = logsSensorWith({ journal: false, times: { lookMs: 100, quietMs: 500, graceMs: 200 } })
  const running = await startSensor(t, factory, { root })
  const line = '10.0.0.1 - - [22/Nov/2025:09:56:31 +0000] "GET /a HTTP/1.1" 200 1 "-" "x"'
  writeFileSync(join(root, 'var/log/nginx/access.log'), `${line}\n`)
  const event = await running.waitFor(({ message }) => message === line)
  assert.equal(event['@timestamp'], '2025-11-22T09:56:31Z')
  assert.deepEqual(event.event.category, ['web'])
  const { id, ...rest } = (event.hx?.['log'] ?? {}) as Record<string, unknown>
  assert.match(String(id), /^[0-9a-f]{20}:0$/)
  assert.equal(rest['source'], 'nginx-access')
  assert.equal(rest['kind'], 'nginx-access')
})

test('a snapshot lists logs, records and rotated files with their hashes', async (t) => {
  const root = host(t, {
    'var/log/auth.log': 'a\n',
    'var/log/auth.log.1': 'b\n',
    'var/log/wtmp': 'w',
    'var/log/syslog': 'x'.repeat(5000),
  })
  symlinkSync('syslog', join(root, 'var/log/messages'))
  const [table] = await snapshotLogs(root)
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
  const rows = new Map(table?.rows.map((row) => [row['path'], row]))
  assert.deepEqual([...rows.keys()].map(String).toSorted(), [
    '/var/log/auth.log',
    '/var/log/auth.log.1',
    '/var/log/messages',
    '/var/log/syslog',
    '/var/log/wtmp',
  ])
  assert.equal(rows.get('/var/log/auth.log')?.['sha256'], sha('a\n'))
  assert.equal(rows.get('/var/log/auth.log.1')?.['rotated_of'], '/var/log/auth.log')
  assert.equal(rows.get('/var/log/wtmp')?.['kind'], 'records')
  assert.equal(rows.get('/var/log/syslog')?.['head_sha256'], sha('x'.repeat(4096)))
  assert.equal(rows.get('/var/log/syslog')?.['sha256'], sha('x'.repeat(5000)))
  assert.deepEqual(table?.problems, [])
})
