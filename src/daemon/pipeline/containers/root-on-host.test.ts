import assert from 'node:assert/strict'
import { test } from 'node:test'

import { withFolder } from '../../../../test/support/folder.ts'
import { rootOnHost } from './root-on-host.ts'

test('the root of a container is found from its overlay', (t) => {
  const folder = withFolder(t)
  const proc = '23 22 0:5 / /proc rw,nosuid - proc proc rw'
  const overlay = (upper: string): string =>
    `22 1 0:40 / / rw,relatime - overlay overlay rw,lowerdir=/l1:/l2,upperdir=${upper},workdir=/w`
  const docker = folder.file('a', [proc, overlay('/var/lib/docker/overlay2/ab12/diff')].join('\n'))
  assert.equal(rootOnHost(docker), '/var/lib/docker/overlay2/ab12/merged')
  const containerd = folder.file('b', overlay('/var/lib/containerd/snapshots/7/fs'))
  assert.equal(rootOnHost(containerd), '/var/lib/containerd/snapshots/7/fs')
  const odd = folder.file('c', overlay(String.raw`/srv/my\040layers/x/diff`))
  assert.equal(rootOnHost(odd), '/srv/my layers/x/merged')
})

test('what is no overlay, or gone, has none', (t) => {
  const folder = withFolder(t)
  assert.equal(rootOnHost(folder.file('a', '22 1 8:1 / / rw - ext4 /dev/sda1 rw')), undefined)
  assert.equal(rootOnHost(folder.file('b', 'a b c\n\n22 1 0:4 / / rw - overlay overlay')), undefined)
  assert.equal(rootOnHost('/nonexistent/mountinfo'), undefined)
})
