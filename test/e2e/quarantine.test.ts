// `haechi quarantine`, the real command, from taking a file away to putting it back.

import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import {
  damagedItemLine,
  deletedLine,
  quarantineLine,
  restoredLine,
  verdictLine,
} from '../../src/model/output.ts'
import { eicar, haechi, jsonLines, TemporaryFolder } from '../support/run-haechi.ts'

/** A folder with a configuration whose quarantine lies beside it. */
function prepare(folder: TemporaryFolder): readonly string[] {
  writeFileSync(folder.at('haechi.toml'), '[quarantine]\ndirectory = "kept"\n')
  return ['--config', folder.at('haechi.toml')]
}

test('a malicious file goes into the quarantine and comes back as it was', () => {
  using folder = new TemporaryFolder()
  const config = prepare(folder)
  const evil = folder.at('evil')
  writeFileSync(evil, eicar)
  chmodSync(evil, 0o640)
  const { mtimeMs } = statSync(evil)

  const scanned = haechi(['scan', ...config, '--json', '--on-found', 'quarantine', evil])
  assert.equal(scanned.code, 1)
  assert.equal(verdictLine.parse(jsonLines(scanned.stdout)[0]).response, 'quarantined')
  assert.equal(existsSync(evil), false)
  assert.equal(statSync(folder.at('kept')).mode & 0o777, 0o700)
  assert.equal(haechi(['scan', folder.at('kept')]).code, 0, 'no scanner trips over an item')

  const [line] = jsonLines(haechi(['quarantine', ...config, '--json', 'list']).stdout)
  const item = quarantineLine.parse(line)
  assert.deepEqual([item.path, item.mode, item.detections[0]?.name], [evil, '0640', 'Eicar-Test-Signature'])
  const shown = haechi(['quarantine', ...config, 'show', item.id])
  assert.match(shown.stdout, /sha256 +275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f/)

  writeFileSync(evil, 'new')
  const refused = haechi(['quarantine', ...config, 'restore', item.id])
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /^haechi: \S+ exists\nhint: --force replaces it/)
  const restored = haechi(['quarantine', ...config, '--json', 'restore', '--force', item.id])
  assert.equal(restoredLine.parse(jsonLines(restored.stdout)[0]).path, evil)
  assert.equal(readFileSync(evil, 'latin1'), eicar)
  const { mode, mtimeMs: restoredMs } = statSync(evil)
  assert.deepEqual([mode & 0o7777, restoredMs], [0o640, mtimeMs])
  assert.match(haechi(['quarantine', ...config, 'list']).stdout, /the quarantine is empty/)
})

test('deleted items are gone, damaged ones are listed and can be deleted', () => {
  using folder = new TemporaryFolder()
  const config = prepare(folder)
  for (const name of ['one', 'two']) {
    writeFileSync(folder.at(name), eicar)
    haechi(['scan', ...config, '--on-found', 'quarantine', folder.at(name)])
  }
  const [first = '', second = ''] = readdirSync(folder.at('kept')).toSorted()
  writeFileSync(
    folder.at('kept', first),
    'HAECHIQ1 and then nonsense that goes on and on, longer than a preamble',
  )
  const listed = haechi(['quarantine', ...config, '--json', 'list'])
  assert.equal(listed.code, 2)
  const lines = jsonLines(listed.stdout)
  damagedItemLine.parse(lines[0])
  quarantineLine.parse(lines[1])
  const ids = [first, second].map((name) => name.replace('.item', ''))
  const deleted = haechi(['quarantine', ...config, '--json', 'delete', ...ids])
  assert.deepEqual(
    jsonLines(deleted.stdout).map((line) => deletedLine.parse(line).id),
    ids,
  )
  assert.deepEqual(readdirSync(folder.at('kept')), [])
})

test('escape sequences of a quarantined name do not reach the terminal', () => {
  using folder = new TemporaryFolder()
  const config = prepare(folder)
  writeFileSync(folder.at('a\u001b[31m\nb'), eicar)
  haechi(['scan', ...config, '--on-found', 'quarantine', folder.path])
  const list = haechi(['quarantine', ...config, 'list']).stdout
  const id = list.slice(0, 33)
  for (const action of ['show', 'restore']) {
    const { stdout } = haechi(['quarantine', ...config, action, id])
    assert.equal(stdout.includes('\u001b'), false)
    assert.match(stdout, /a\\x1b\[31m\\nb/)
  }
  assert.equal(list.includes('\u001b'), false)
})

test('a wrong action or a missing id is a usage error, an unknown id an error', () => {
  using folder = new TemporaryFolder()
  const config = prepare(folder)
  assert.equal(haechi(['quarantine']).code, 64)
  assert.equal(haechi(['quarantine', ...config, 'burn']).code, 64)
  assert.equal(haechi(['quarantine', ...config, 'restore']).code, 64)
  const missing = haechi(['quarantine', ...config, 'delete', '../../../etc/passwd'])
  assert.equal(missing.code, 2)
  assert.match(missing.stderr, /^haechi: no item is called/)
})
