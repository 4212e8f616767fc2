import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { collected, rowOf as row } from '../../../test/support/collected.ts'
import { withFolder } from '../../../test/support/folder.ts'
import { must } from '../../../test/support/must.ts'
import { plant, plantExaminedHost as hostIn, plantLink } from '../../../test/support/planted.ts'
import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import type { CollectStep } from '../step.ts'
import { systemSteps } from './index.ts'
import { packageOf } from './rpm-packages.ts'

function stepOf(id: string): CollectStep {
  return must(systemSteps.find((step) => step.id === id))
}

test('containers are told by the records of their engines', async (t) => {
  const { path: root } = withFolder(t)
  hostIn(root)
  const id = 'a'.repeat(64)
  const docker = '/data/docker'
  plant(root, '/etc/docker/daemon.json', JSON.stringify({ 'data-root': docker }))
  plant(
    root,
    `${docker}/containers/${id}/config.v2.json`,
    JSON.stringify({
      Name: '/miner',
      Driver: 'overlay2',
      Path: '/bin/sh',
      Args: ['-c', 'x'],
      Config: { Image: 'alpine:latest', Env: ['TOKEN=very-secret'] },
      State: { Running: true },
      Created: '2026-01-02T03:04:05Z',
      LogPath: `${docker}/containers/${id}/${id}-json.log`,
      MountPoints: { '/host': { Source: '/', Destination: '/host' } },
    }),
  )
  plant(
    root,
    `${docker}/containers/${id}/hostconfig.json`,
    JSON.stringify({
      Privileged: true,
      RestartPolicy: { Name: 'always' },
      NetworkMode: 'host',
      CapAdd: ['SYS_ADMIN'],
    }),
  )
  plant(root, `${docker}/containers/${id}/${id}-json.log`, '{"log":"x"}\n')
  plant(root, `${docker}/image/overlay2/layerdb/mounts/${id}/mount-id`, 'layer1')
  plant(
    root,
    `${docker}/image/overlay2/repositories.json`,
    JSON.stringify({ Repositories: { alpine: { 'alpine:latest': 'sha256:b' } } }),
  )
  plant(
    root,
    `${docker}/image/overlay2/imagedb/content/sha256/b`,
    JSON.stringify({ created: '2025-01-01T00:00:00Z' }),
  )
  plant(root, `${docker}/containers/broken/config.v2.json`, '{')
  const podman = '/srv/eve/.local/share/containers/storage/overlay-containers'
  plant(
    root,
    `${podman}/containers.json`,
    JSON.stringify([
      { id: 'c'.repeat(64), names: ['pod'], layer: 'd'.repeat(64), metadata: '{"image-name":"busybox"}' },
    ]),
  )
  plant(
    root,
    '/run/containerd/io.containerd.runtime.v2.task/k8s.io/pod1/config.json',
    JSON.stringify({ process: { args: ['nginx'] } }),
  )
  plant(root, `/run/containerd/io.containerd.runtime.v2.task/moby/${id}/config.json`, '{}')
  const found = await collected(stepOf('applications'), { root })
  assert.equal(found.rows.get('containers')?.filter((one) => one['id'] === id).length, 1)
  const miner = must(row(found, 'containers', { id }))
  assert.deepEqual(
    [
      miner['name'],
      miner['image'],
      miner['command'],
      miner['running'],
      miner['restart'],
      miner['privileged'],
    ],
    ['miner', 'alpine:latest', ['/bin/sh', '-c', 'x'], true, 'always', true],
  )
  assert.deepEqual(
    [miner['mounts'], miner['capabilities'], miner['network'], miner['changes']],
    [['/:/host'], ['SYS_ADMIN'], 'host', `${docker}/overlay2/layer1/diff`],
  )
  assert.deepEqual(row(found, 'container-images', { id: 'sha256:b' })?.['names'], ['alpine:latest'])
  const pod = must(row(found, 'containers', { engine: 'podman' }))
  assert.deepEqual([pod['name'], pod['image']], ['pod', 'busybox'])
  assert.deepEqual(row(found, 'containers', { engine: 'containerd' })?.['command'], ['nginx'])
  assert.ok(found.files.has(`${docker}/containers/${id}/${id}-json.log`))
  assert.ok(found.notes.some((note) => note.includes('broken/config.v2.json is no JSON')))
  assert.doesNotMatch(JSON.stringify([...found.rows]), /very-secret/)
  const restarting = await collected(stepOf('persistence'), { root })
  assert.equal(row(restarting, 'restarting-containers', { id })?.['restart'], 'always')
})

test('histories of all accounts are taken, also of one whose home lies elsewhere', async (t) => {
  const { path: root } = withFolder(t)
  hostIn(root)
  plant(root, '/srv/eve/.bash_history', 'id\n')
  plantLink(root, '/root/.bash_history', '/dev/null')
  plant(root, '/home/gone/.viminfo', 'x')
  plant(root, '/root/.local/state/python_history', 'import os\n')
  plant(root, '/home/gone/.mozilla/firefox/p.default/places.sqlite', 'x')
  plant(root, '/home/gone/.config/google-chrome/Default/History', 'x')
  const found = await collected(stepOf('applications'), { root })
  assert.equal(found.contentOf('/srv/eve/.bash_history'), 'id\n')
  assert.equal(found.contentOf('/root/.local/state/python_history'), 'import os\n')
  assert.ok(found.files.has('/home/gone/.viminfo'))
  assert.equal(found.files.get('/root/.bash_history')?.file.target, '/dev/null')
  assert.deepEqual(
    found.rows
      .get('browser-profiles')
      ?.map(({ browser }) => browser)
      .toSorted(),
    ['firefox', 'google-chrome'],
  )
  assert.ok(row(found, 'history-files', { path: '/srv/eve/.bash_history' }))
})

test('installed packages are listed from the databases of their managers', async (t) => {
  const { path: root } = withFolder(t)
  hostIn(root)
  plant(
    root,
    '/var/lib/dpkg/status',
    'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\nDescription: shell\n more\n\n',
  )
  plant(root, '/lib/apk/db/installed', 'C:Q1x\nP:musl\nV:1.2.4\nA:x86_64\n\n')
  plant(
    root,
    '/var/lib/pacman/local/zlib-1.3-1/desc',
    '%NAME%\nzlib\n\n%VERSION%\n1.3-1\n\n%INSTALLDATE%\n1700000000\n',
  )
  plant(root, '/var/lib/snapd/snaps/core22_1033.snap', 'x')
  plant(root, '/usr/lib/python3/dist-packages/evil-1.0.dist-info/METADATA', '')
  plant(root, '/usr/local/lib/node_modules/@scope/tool/package.json', '{"version": "3.2.1"}')
  plant(root, '/var/lib/gems/3.1.0/specifications/rake-13.0.6.gemspec', '')
  plant(root, '/var/lib/cloud/data/instance-id', 'i-0123\n')
  const found = await collected(stepOf('machine'), { root })
  const packages = found.rows
    .get('packages')
    ?.map(({ manager, name, version }) => [manager, name, version].map(String).join(' '))
  assert.deepEqual(packages, [
    'dpkg bash 5.2-1',
    'apk musl 1.2.4',
    'pacman zlib 1.3-1',
    'snap core22 revision 1033',
    'pip evil 1.0',
    'npm @scope/tool 3.2.1',
    'gem rake 13.0.6',
  ])
  assert.equal(row(found, 'packages', { name: 'zlib' })?.['installed'], '2023-11-14T22:13:20.000Z')
  assert.deepEqual(row(found, 'machine', { name: 'instance-id' })?.['facts'], { value: 'i-0123' })
})

/** A header as rpm stores it: the number of tags, the length of the data, the tags, the data. */
function header(tags: readonly (readonly [tag: number, value: string | number])[]): Buffer {
  const entries: Buffer[] = []
  const data: Buffer[] = []
  let offset = 0
  for (const [tag, value] of tags) {
    const bytes = Buffer.alloc(typeof value === 'number' ? 4 : Buffer.byteLength(value) + 1)
    if (typeof value === 'number') bytes.writeUInt32BE(value)
    else bytes.write(value)
    const entry = Buffer.alloc(16)
    entry.writeUInt32BE(tag)
    entry.writeUInt32BE(typeof value === 'number' ? 4 : 6, 4)
    entry.writeUInt32BE(offset, 8)
    entry.writeUInt32BE(1, 12)
    entries.push(entry)
    data.push(bytes)
    offset += bytes.length
  }
  const start = Buffer.alloc(8)
  start.writeUInt32BE(tags.length)
  start.writeUInt32BE(offset, 4)
  return Buffer.concat([start, ...entries, ...data])
}

test('a header of rpm is read, and one that lies is none', () => {
  const bytes = header([
    [1000, 'bash'],
    [1001, '5.2'],
    [1002, '3.fc40'],
    [1003, 1],
    [1008, 1_700_000_000],
    [1022, 'x86_64'],
  ])
  assert.deepEqual(packageOf(bytes), {
    manager: 'rpm',
    name: 'bash',
    version: '1:5.2-3.fc40',
    architecture: 'x86_64',
    state: null,
    installed: '2023-11-14T22:13:20.000Z',
    origin: null,
  })
  for (let cut = 0; cut < bytes.length; cut++) assert.equal(packageOf(bytes.subarray(0, cut)), undefined)
  const far = Buffer.from(bytes)
  far.writeUInt32BE(0xffff_fff0, 16)
  assert.equal(packageOf(far), undefined, 'a name that lies outside')
})

test('a file system that never answers holds up no step', { timeout: 60_000 }, async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const root = scratch.folder('root')
  hostIn(root)
  plant(root, '/srv/eve/file', 'x')
  plant(root, '/home/other/cloud/file', 'x')
  for (const point of [join(root, 'srv/eve'), join(root, 'home/other/cloud')]) {
    const fd = openFuse()
    if (fd === undefined) {
      t.skip('SKIPPED, NOT TESTED: this kernel has no FUSE')
      return
    }
    // Nobody reads the kernel's questions: whoever touches what is mounted waits until the descriptor is closed.
    t.after(() => closeSync(fd))
    const options = 'fd=3,rootmode=40000,user_id=0,group_id=0'
    execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, 'silent', point], {
      stdio: ['ignore', 'ignore', 'inherit', fd],
    })
  }
  for (const step of systemSteps) {
    const { notes } = await collected(step, { root })
    if (step.id === 'file-system')
      assert.ok(notes.some((note) => note.includes('/srv/eve') && note.includes('served by a program')))
    if (step.id === 'persistence') assert.ok(notes.some((note) => note.includes('/srv/eve does not answer')))
  }
})

function openFuse(): number | undefined {
  try {
    return openSync('/dev/fuse', 'r+')
  } catch {
    return undefined
  }
}
