import assert from 'node:assert/strict'
import { test } from 'node:test'

import { containerOf } from './cgroup-path.ts'

const id = 'a1'.repeat(32)
const other = 'b2'.repeat(32)

test('the id and the runtime are read from the path of each runtime', () => {
  const paths: Record<string, { id: string; runtime: string } | undefined> = {
    [`/system.slice/docker-${id}.scope`]: { id, runtime: 'docker' },
    [`/docker/${id}`]: { id, runtime: 'docker' },
    [`/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podx.slice/cri-containerd-${id}.scope`]: {
      id,
      runtime: 'containerd',
    },
    [`/kubepods/besteffort/pod1234/${id}`]: { id, runtime: 'containerd' },
    [`/machine.slice/libpod-${id}.scope/container`]: { id, runtime: 'podman' },
    [`/kubepods.slice/crio-${id}.scope`]: { id, runtime: 'cri-o' },
    '/lxc.payload.web1/system.slice/ssh.service': { id: 'web1', runtime: 'lxc' },
    '/lxc/web2': { id: 'web2', runtime: 'lxc' },
    '/machine.slice/systemd-nspawn@deb.service/payload': { id: 'deb', runtime: 'systemd-nspawn' },
    [`/docker/${other}/docker/${id}/init`]: { id, runtime: 'docker' },
    '/user.slice/user-1000.slice/session-2.scope': undefined,
    '/system.slice/docker.service': undefined,
    [`/system.slice/docker-${id.slice(1)}.scope`]: undefined,
    '': undefined,
  }
  for (const [path, expected] of Object.entries(paths)) assert.deepEqual(containerOf(path), expected, path)
})
