import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'

import { migrate, migrations, versionOf } from './schema.ts'

test('a new store gets the newest version, and an old one each step it lacks once', () => {
  using db = new DatabaseSync(':memory:')
  migrate(db)
  assert.equal(versionOf(db), migrations.length)
  db.exec(`INSERT INTO counters (name, value) VALUES ('deleted', 7)`)
  const steps = [...migrations, { about: 'more', sql: 'CREATE TABLE more (x INTEGER) STRICT' }]
  migrate(db, steps)
  migrate(db, steps)
  assert.equal(versionOf(db), steps.length)
  assert.deepEqual({ ...db.prepare('SELECT value FROM counters').get() }, { value: 7 })
  db.exec('INSERT INTO more VALUES (1)')
})

test('a step that fails changes nothing', () => {
  using db = new DatabaseSync(':memory:')
  migrate(db)
  const broken = {
    about: 'broken',
    sql: 'CREATE TABLE half (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)',
  }
  assert.throws(() => migrate(db, [...migrations, broken]), /nowhere/)
  assert.equal(versionOf(db), migrations.length)
  assert.equal(db.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'`).get()?.['n'], 0)
})

test('a store of a newer version is left alone', () => {
  using db = new DatabaseSync(':memory:')
  migrate(db, [...migrations, { about: 'newer', sql: 'CREATE TABLE newer (x INTEGER) STRICT' }])
  assert.throws(() => migrate(db), { code: 'unsupported', message: /has version 3, this program knows 2/ })
})
