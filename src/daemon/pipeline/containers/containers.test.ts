import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { Containers } from './containers.ts'

const id = 'd4'.repeat(32)

function rootWith(t: TestContext, cgroups: Record<number, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const [pid, text] of Object.entries(cgroups)) {
    mkdirSync(join(root, 'proc', pid), { recursive: true })
    writeFileSync(join(root, 'proc', pid, 'cgroup'), text)
  }
  return root
}

test('a process in a container has it, also after the process that was asked first is gone', (t) => {
  const root = rootWith(t, { 7: `0::/system.slice/docker-${id}.scope\n` })
  mkdirSync(join(root, 'var/lib/docker/containers', id), { recursive: true })
  const config = { Name: '/web', Config: { Image: 'nginx' } }
  writeFileSync(join(root, 'var/lib/docker/containers', id, 'config.v2.json'), JSON.stringify(config))
  const containers = new Containers(root)
  const expected = { id, runtime: 'docker', name: 'web', image: { name: 'nginx' } }
  assert.deepEqual(containers.of(5n, 7), expected)
  rmSync(join(root, 'proc'), { recursive: true })
  assert.deepEqual(containers.of(5n, 8), expected)
})

test('processes of the host, unknown groups and processes that are gone have none', (t) => {
  const containers = new Containers(rootWith(t, { 7: '0::/user.slice/session-1.scope\n' }))
  assert.equal(containers.of(1n, 7), undefined)
  assert.equal(containers.of(0n, 7), undefined)
  assert.equal(containers.of(2n, 99), undefined)
})

test('with version 1 of control groups the hierarchy that names the container counts', (t) => {
  const text = `12:cpuset:/\n3:memory:/docker/${id}\n1:name=systemd:/\n`
  assert.equal(new Containers(rootWith(t, { 7: text })).of(1n, 7)?.id, id)
})
