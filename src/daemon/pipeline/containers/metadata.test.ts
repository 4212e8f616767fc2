import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { metadataOf } from './metadata.ts'

const id = 'c3'.repeat(32)

function rootWith(t: TestContext, path: string, content: unknown): string {
  const root = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => rmSync(root, { recursive: true }))
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return root
}

test('name and image come from the files of Docker', (t) => {
  const root = rootWith(t, `var/lib/docker/containers/${id}/config.v2.json`, {
    ID: id,
    Name: '/web',
    Config: { Image: 'nginx:1.27' },
  })
  assert.deepEqual(metadataOf({ id, runtime: 'docker' }, root), { name: 'web', image: 'nginx:1.27' })
})

test('name and image come from the files of Podman', (t) => {
  const root = rootWith(t, 'var/lib/containers/storage/overlay-containers/containers.json', [
    { id: 'x', names: ['no'] },
    { id, names: ['db'], metadata: JSON.stringify({ 'image-name': 'docker.io/library/postgres:17' }) },
  ])
  assert.deepEqual(metadataOf({ id, runtime: 'podman' }, root), {
    name: 'db',
    image: 'docker.io/library/postgres:17',
  })
})

test('name and image come from the annotations of containerd and CRI-O, whatever runtime the path named', (t) => {
  const containerd = rootWith(t, `run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/config.json`, {
    annotations: { 'io.kubernetes.cri.container-name': 'api', 'io.kubernetes.cri.image-name': 'r/api:2' },
  })
  assert.deepEqual(metadataOf({ id, runtime: 'unknown' }, containerd), { name: 'api', image: 'r/api:2' })
  const crio = rootWith(t, `run/containers/storage/overlay-containers/${id}/userdata/config.json`, {
    annotations: { 'io.kubernetes.container.name': 'job', 'io.kubernetes.cri-o.ImageName': 'r/job:1' },
  })
  assert.deepEqual(metadataOf({ id, runtime: 'cri-o' }, crio), { name: 'job', image: 'r/job:1' })
})

test('a file that is missing, broken or made up gives no name', (t) => {
  const path = `var/lib/docker/containers/${id}/config.v2.json`
  for (const content of ['{', 'null', '[]', '{"Name":5,"Config":"x"}', '{"Config":{"Image":""}}']) {
    assert.deepEqual(metadataOf({ id, runtime: 'docker' }, rootWith(t, path, content)), {})
  }
  assert.deepEqual(metadataOf({ id: '../../etc', runtime: 'lxc' }, '/nonexistent'), { name: '../../etc' })
})
