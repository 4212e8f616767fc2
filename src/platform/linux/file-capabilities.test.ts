import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { capabilityText, parseFileCapabilities, readFileCapabilities } from './file-capabilities.ts'

function text(hex: string): string | undefined {
  const parsed = parseFileCapabilities(Buffer.from(hex, 'hex'))
  return parsed === undefined ? undefined : capabilityText(parsed)
}

test('what setcap wrote reads as getcap prints it', (t) => {
  if (!requireRoot(t)) return
  const folder = withFolder(t)
  const path = `${folder.path}/pr\u00f6gram`
  copyFileSync('/bin/true', path)
  const bytes = Buffer.from(path).toString('latin1')
  assert.equal(readFileCapabilities(bytes), undefined)
  for (const set of [
    'cap_net_raw=ep',
    'cap_chown,cap_setuid=eip',
    'cap_net_bind_service=p',
    'cap_bpf,cap_perfmon=i',
  ]) {
    const { status, error } = spawnSync('setcap', [set, path])
    if (error !== undefined) return t.skip('setcap is not installed')
    assert.equal(status, 0)
    const found = readFileCapabilities(bytes)
    assert.ok(found !== undefined)
    const printed = spawnSync('getcap', [path], { encoding: 'utf8' }).stdout.trim()
    assert.ok(printed.endsWith(` ${capabilityText(found)}`), `${printed} and ${capabilityText(found)}`)
  }
})

test('all three versions of the attribute are read, and the root of a user namespace', () => {
  assert.equal(text('010000010020000000000000'), 'cap_net_raw=ep')
  assert.equal(text('0100000200200000000000000000000000000000'), 'cap_net_raw=ep')
  const third = parseFileCapabilities(Buffer.from('0000000300200000000000000000000000000000a0860100', 'hex'))
  assert.deepEqual(third, { permitted: ['CAP_NET_RAW'], inheritable: [], effective: false, rootId: 100_000 })
})

test('capabilities above the 32nd, and those without a name, are told', () => {
  assert.equal(text('0100000200000000000000008000008000000000'), 'cap_bpf,cap_63=ep')
})

test('an attribute of another size or version is none', () => {
  for (const hex of [
    '',
    '01',
    '01000002',
    '010000020020000000000000000000000000000000',
    '0100000400200000000000000000000000000000',
  ])
    assert.equal(text(hex), undefined, hex)
})

test('any bytes are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const parsed = parseFileCapabilities(Buffer.from(bytes))
      assert.ok(parsed === undefined || parsed.permitted.length + parsed.inheritable.length <= 128)
    }),
  )
})
