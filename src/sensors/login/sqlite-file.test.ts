import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import { AppError } from '../../base/app-error.ts'
import { readSqliteTable } from './sqlite-file.ts'
import { readLastlog2, readWtmpdb, WtmpdbFile, type WtmpdbRow } from './wtmpdb.ts'

/** Runs SQL with the real SQLite; undefined where python3 is missing. */
function sqlite(path: string, code: string): boolean {
  try {
    execFileSync(
      'python3',
      ['-c', `import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1],isolation_level=None)\n${code}`, path],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw thrown
  }
}

function database(t: TestContext, code: string): string | undefined {
  const path = join(withFolder(t).path, 'x.db')
  if (sqlite(path, code)) return path
  t.skip('python3 is not installed')
  return undefined
}

const wtmpSchema =
  'CREATE TABLE wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT NOT NULL, Login INTEGER, Logout INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT) STRICT;'

test('values of every type are what SQLite stored', (t) => {
  const path = database(
    t,
    `db.execute('CREATE TABLE "t x" (id INTEGER PRIMARY KEY, [a b] TEXT, n NUMERIC(10,2) DEFAULT (1), c, CHECK (id > 0))')
for i, v in enumerate([None, 0, 1, -1, 127, -129, 70000, -9000000, 2**40, -2**47, 2**62, 1.5, 'grüße', b'\\x00\\xff']):
  db.execute('INSERT INTO "t x" VALUES (?,?,?,?)', (i+1, str(i), i, v))`,
  )
  if (path === undefined) return
  const rows = readSqliteTable(path, 'T X', { maxRows: 100 })
  assert.deepEqual(
    rows.map(({ values }) => values['c']),
    [
      null,
      0,
      1,
      -1,
      127,
      -129,
      70_000,
      -9_000_000,
      2 ** 40,
      -(2 ** 47),
      2n ** 62n,
      1.5,
      'grüße',
      Uint8Array.of(0, 255),
    ],
  )
  assert.deepEqual(rows[4]?.values, { id: 5, 'a b': '4', n: 4, c: 127 })
})

for (const [name, pragma] of [
  ['pages of 512 bytes', 'page_size=512'],
  ['pages of 64 KiB', 'page_size=65536'],
  ['UTF-16', "encoding='UTF-16be'"],
] as const) {
  test(`a tree of many pages with overflow chains is read whole: ${name}`, (t) => {
    const path = database(
      t,
      `db.execute("PRAGMA ${pragma}")
db.execute('CREATE TABLE big(k INTEGER PRIMARY KEY, v TEXT)')
db.execute('BEGIN')
for i in range(3000): db.execute('INSERT INTO big VALUES (?,?)', (i*2, 'v%d' % i + 'é' * (i % 700)))
db.execute('COMMIT')`,
    )
    if (path === undefined) return
    const rows = readSqliteTable(path, 'big', { maxRows: 10_000 })
    assert.equal(rows.length, 3000)
    for (const [index, { rowid, values }] of rows.entries()) {
      assert.equal(rowid, 2 * index)
      assert.equal(values['v'], `v${index}${'é'.repeat(index % 700)}`)
    }
    assert.deepEqual(
      readSqliteTable(path, 'big', { after: 4001, maxRows: 2 }).map(({ rowid }) => rowid),
      [4002, 4004],
    )
  })
}

test('what lies in the write-ahead log only is seen, and what was not committed is not', (t) => {
  const folder = withFolder(t).path
  const path = join(folder, 'live.db')
  const made = sqlite(
    path,
    `import shutil
db.execute('PRAGMA journal_mode=WAL'); db.execute('PRAGMA wal_autocheckpoint=0'); db.execute('PRAGMA cache_size=1')
db.execute('CREATE TABLE t(a)')
db.execute('INSERT INTO t VALUES (1)')
db.execute('BEGIN'); db.execute('INSERT INTO t VALUES (2)'); db.execute('COMMIT')
db.execute('BEGIN')
for i in range(500): db.execute('INSERT INTO t VALUES (?)', ('x'*1000,))
shutil.copy(sys.argv[1], sys.argv[1]+'.copy'); shutil.copy(sys.argv[1]+'-wal', sys.argv[1]+'.copy-wal')`,
  )
  if (!made) {
    t.skip('python3 is not installed')
    return
  }
  const copy = `${path}.copy`
  assert.deepEqual(
    readSqliteTable(copy, 't', { maxRows: 1000 }).map(({ values }) => values['a']),
    [1, 2],
  )
  // A frame of the log that was damaged ends it: only the commits before it count.
  const wal = readFileSync(`${copy}-wal`)
  wal[32 + 24 + 4096 + 24 + 100] = (wal[32 + 24 + 4096 + 24 + 100] ?? 0) ^ 1
  writeFileSync(`${copy}-wal`, wal)
  assert.throws(() => readSqliteTable(copy, 't', { maxRows: 10 }), AppError)
})

test('a database that lies ends in an error or in fewer rows, soon', (t) => {
  const path = database(
    t,
    `db.execute('PRAGMA page_size=512')
db.execute('CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)')
for i in range(60): db.execute('INSERT INTO t VALUES (?,?)', (i, 'b' * (i * 40)))`,
  )
  if (path === undefined) return
  const good = readFileSync(path)
  const bad = `${path}.bad`
  let errors = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
      (changes) => {
        const bytes = Buffer.from(good)
        for (const [at, value] of changes) bytes[at] = value
        writeFileSync(bad, bytes)
        try {
          assert.ok(readSqliteTable(bad, 't', { maxRows: 1000 }).length <= 1000)
        } catch (thrown) {
          assert.ok(thrown instanceof AppError, String(thrown))
          errors += 1
        }
      },
    ),
    { numRuns: 150 },
  )
  assert.ok(errors > 0)
  for (const cut of [0, 99, 100, 511, 512, good.length - 512, good.length - 1]) {
    writeFileSync(bad, good.subarray(0, cut))
    assert.throws(() => readSqliteTable(bad, 't', { maxRows: 1000 }), AppError, `cut to ${cut}`)
  }
  assert.throws(() => readSqliteTable(path, 'other', { maxRows: 1 }), /no table other/)
  assert.throws(() => readSqliteTable(`${path}.none`, 't', { maxRows: 1 }), /ENOENT/)
})

test('logins and last logins are read from a wtmpdb and a lastlog2', (t) => {
  const path = database(
    t,
    `db.execute('${wtmpSchema}')
db.execute("INSERT INTO wtmp VALUES (1,1,'reboot',1700000000000000,NULL,'~','6.1.0',NULL)")
db.execute("INSERT INTO wtmp VALUES (2,3,'alice',1700000100123456,1700000200000000,'pts/0','192.0.2.7','sshd')")
db.execute('CREATE TABLE Lastlog2(Name TEXT PRIMARY KEY, Time INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT)')
db.execute("INSERT INTO Lastlog2 VALUES ('alice',1700000100,'pts/0','192.0.2.7','sshd')")`,
  )
  if (path === undefined) return
  assert.deepEqual(readWtmpdb(path, 1, 10), [
    {
      id: 2,
      type: 3,
      user: 'alice',
      loginMs: 1_700_000_100_123.456,
      logoutMs: 1_700_000_200_000,
      tty: 'pts/0',
      host: '192.0.2.7',
      service: 'sshd',
    },
  ])
  assert.deepEqual(readLastlog2(path).get('alice'), {
    timeMs: 1_700_000_100_000,
    tty: 'pts/0',
    host: '192.0.2.7',
    service: 'sshd',
  })
})

test('new rows of a wtmpdb are logins, a Logout written later is a logout, a deleted row is told', (t) => {
  const path = database(
    t,
    `db.execute('${wtmpSchema}')\ndb.execute('BEGIN')\nfor i in range(1,1800): db.execute("INSERT INTO wtmp VALUES (?,3,'old',1,2,'pts/9','','')", (i,))\ndb.execute('COMMIT')`,
  )
  if (path === undefined) return
  const logins: WtmpdbRow[] = []
  const logouts: WtmpdbRow[] = []
  const tampered: string[] = []
  const make = (lastId: number | undefined): WtmpdbFile =>
    new WtmpdbFile({
      path,
      lastId,
      onLogin: (row) => logins.push(row),
      onLogout: (row) => logouts.push(row),
      onTampered: (what) => tampered.push(what),
      onProblem: assert.fail,
    })
  const file = make(undefined)
  file.look()
  assert.equal(file.lastId, 1799)
  assert.deepEqual([logins, logouts], [[], []])
  sqlite(
    path,
    `db.execute("INSERT INTO wtmp VALUES (1800,3,'bob',1700000000000000,NULL,'pts/1','192.0.2.8','sshd')")`,
  )
  file.look()
  assert.deepEqual([logins.map(({ user }) => user), logouts.length], [['bob'], 0])
  sqlite(path, 'db.execute("UPDATE wtmp SET Logout=1700000060000000 WHERE ID=1800")')
  file.look()
  assert.deepEqual([logouts[0]?.user, logouts[0]?.logoutMs], ['bob', 1_700_000_060_000])
  // The next run goes on where this one was.
  const next = make(file.lastId)
  next.look()
  assert.equal(logins.length, 1)
  sqlite(path, 'db.execute("DELETE FROM wtmp WHERE ID=1800")')
  next.look()
  assert.deepEqual(tampered, ['its last row (1800) was deleted'])
})
