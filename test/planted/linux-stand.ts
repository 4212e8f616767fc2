// An examined Linux of its own: file systems, processes and network in namespaces, which go with their first process.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Stand } from '../support/programs.ts'
import { withFolder } from '../support/folder.ts'
import { livePrograms } from '../support/live-process.ts'
import { lastlogRecord, writeLinuxRoot } from './linux-root.ts'

export const standPrograms = {
  '/usr/bin/unshare': 'util-linux',
  '/usr/sbin/mke2fs': 'e2fsprogs',
  '/usr/bin/chattr': 'e2fsprogs',
  '/usr/sbin/setcap': 'libcap2-bin',
  '/usr/sbin/ip': 'iproute2',
  '/usr/bin/zstd': 'zstd',
}
const standTimeoutMs = 150_000
const imageBytes = 64 * 1024 ** 2

interface LinuxStand {
  /** Packages, and what an analysis of the folder wrote. */
  readonly livePackage: string
  readonly offlinePackage: string
  readonly offlineAnalysis: string
  /** Of the planted processes, by what they are. */
  readonly pids: Readonly<Record<string, number>>
  /** What some of them run. */
  readonly program: Buffer
}

/** Undefined: the test was skipped. Throws with what the script said. */
export function linuxStand(t: Stand & { readonly name: string }): LinuxStand | undefined {
  const { path: work } = withFolder(t)
  const program = livePrograms(t, work)
  if (program === undefined) return undefined
  const [staged, image, lastlog] = ['staged', 'image', 'lastlog'].map((name) => join(work, name))
  if (staged === undefined || image === undefined || lastlog === undefined) return undefined
  mkdirSync(staged)
  writeLinuxRoot(staged)
  writeFileSync(lastlog, lastlogRecord())
  execFileSync('/usr/sbin/mke2fs', ['-q', '-F', '-t', 'ext4', image, `${imageBytes / 1024}k`], {
    stdio: 'pipe',
  })
  const namespaces = [
    '--fork',
    '--kill-child',
    '--pid',
    '--mount',
    '--net',
    '--uts',
    '--propagation',
    'private',
  ]
  const script = [join(import.meta.dirname, 'linux-stand.sh'), image, staged, work]
  const project = join(import.meta.dirname, '../..')
  // With the first process all others of the namespace are killed, and its mounts and loop device are gone.
  execFileSync('unshare', [...namespaces, 'bash', ...script, project, program, lastlog], {
    timeout: standTimeoutMs,
    killSignal: 'SIGKILL',
    stdio: 'pipe',
  })
  return {
    livePackage: join(work, 'live.tar.zst'),
    offlinePackage: join(work, 'offline.tar.zst'),
    offlineAnalysis: join(work, 'offline-analysis'),
    program: readFileSync(program),
    pids: JSON.parse(readFileSync(join(work, 'pids'), 'utf8')) as Record<string, number>,
  }
}
