// The guarded ground: a file system of its own (an ext4 image on a loop device, or tmpfs), so that the marks of the
// guards touch nothing else on the machine; beside it the things that are not guarded (archive, programs, sockets).

import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { CleanUp } from './clean-up.ts'

export interface Ground {
  /** Guarded. */
  readonly path: string
  /** Not guarded; another file system. */
  readonly aside: string
  readonly fileSystem: string
}

const imageMiB = 900
const inodes = 80_000

export function prepareGround(cleanUp: CleanUp, kind: 'ext4' | 'tmpfs'): Ground {
  const aside = mkdtempSync(join(tmpdir(), 'haechi-bench-'))
  cleanUp.add(() => {
    rmSync(aside, { recursive: true, force: true })
  })
  // The scanner of ClamAV runs as a user of its own.
  chmodSync(aside, 0o755)
  const path = join(aside, 'ground')
  mkdirSync(path)
  if (kind === 'tmpfs') {
    mount(cleanUp, path, ['-t', 'tmpfs', '-o', 'mode=755', 'haechi-bench'])
    return { path, aside, fileSystem: 'tmpfs' }
  }
  const image = join(aside, 'ground.img')
  run('truncate', ['-s', `${imageMiB}M`, image])
  // Nothing is left to be initialised in the background while we measure.
  const eager = 'lazy_itable_init=0,lazy_journal_init=0,nodiscard'
  run('mkfs.ext4', ['-q', '-F', '-N', `${inodes}`, '-E', eager, image])
  mount(cleanUp, path, ['-o', 'loop', image])
  return { path, aside, fileSystem: 'ext4 in a file on a loop device' }
}

function mount(cleanUp: CleanUp, path: string, args: readonly string[]): void {
  run('mount', [...args, path])
  cleanUp.add(() => {
    // Lazily: also with somebody still inside. The loop device goes with its last user.
    run('umount', ['-l', path])
  })
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
}
