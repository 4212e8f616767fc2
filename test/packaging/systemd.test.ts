// The unit file: what systemd itself says of it, and what it promises in its comments.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const file = join(import.meta.dirname, '../../packaging/systemd/haechi.service')
const text = readFileSync(file, 'utf8')

test('systemd accepts the unit', (t) => {
  if (spawnSync('systemd-analyze', ['--version']).status !== 0) {
    t.skip('SKIPPED: systemd-analyze is not installed')
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  // The program must be there for systemd to accept the unit: one that stands for it.
  const program = join(folder, 'bin/haechi')
  mkdirSync(join(folder, 'bin'))
  writeFileSync(program, '#!/bin/sh\n')
  chmodSync(program, 0o755)
  const unit = join(folder, 'haechi.service')
  writeFileSync(unit, text.replace('/usr/lib/haechi/bin/haechi', program))
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' })
  assert.equal(stderr, '')
  assert.equal(status, 0)
})

test('nothing in the unit gives the daemon a mount namespace of its own', () => {
  const settings = text.split('\n').filter((line) => !line.startsWith('#'))
  for (const line of settings) {
    assert.doesNotMatch(
      line,
      /^(Protect(?!Hostname)|Private|ReadOnly|ReadWrite|Inaccessible|Bind|TemporaryFileSystem|Root)/,
    )
  }
})

test('every capability of the unit is explained, and none is missing that the sensors name', () => {
  const [, list = ''] = /^CapabilityBoundingSet=(.*)$/m.exec(text) ?? []
  const comments = text
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .join('\n')
  const names = list.split(' ').map((name) => name.replace(/^CAP_/, ''))
  for (const name of names) assert.match(comments, new RegExp(String.raw`\b${name}\b`), name)
  for (const needed of [
    'SYS_ADMIN',
    'BPF',
    'PERFMON',
    'NET_ADMIN',
    'AUDIT_CONTROL',
    'AUDIT_READ',
    'SYS_PTRACE',
  ]) {
    assert.ok(names.includes(needed), needed)
  }
})
