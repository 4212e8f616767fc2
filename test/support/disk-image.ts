// Raw images that the systems' own tools make, filled by their drivers: root, and the packages that the tests require.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const ntfsPrograms = {
  '/usr/sbin/mkntfs': 'ntfs-3g',
  '/usr/bin/ntfs-3g': 'ntfs-3g',
  '/usr/bin/setfattr': 'attr',
} as const
export const extPrograms = { '/usr/sbin/mke2fs': 'e2fsprogs' } as const

const ntfs = `
set -e
truncate -s "$3" "$1"; mkntfs -F -Q -q -c 4096 -L 'Haechi 해치' "$1" >/dev/null 2>&1
ntfs-3g "$1" "$2" -o streams_interface=windows,compression,noatime
trap 'cd /; umount "$2"' EXIT
cd "$2"
`

export interface ImageFolder {
  at(name: string): string
  /** Runs `script` in the mounted new volume. */
  ntfs(name: string, size: string, script: string): string
  /** `script` fills a folder, which becomes the volume. */
  ext(name: string, options: readonly string[], script: string): string
  remove(): void
}

export function imageFolder(): ImageFolder {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-disk-'))
  const at = (name: string): string => join(folder, name)
  const run = (script: string, ...args: readonly string[]): void => {
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
    execFileSync('bash', ['-c', script, 'make', ...args], {
      timeout: 60_000,
      env: { ...process.env, PATH: path },
      stdio: 'pipe',
    })
  }
  return {
    at,
    ntfs(name, size, script) {
      mkdirSync(at('mount'), { recursive: true })
      run(ntfs + script, at(name), at('mount'), size)
      return at(name)
    },
    ext(name, options, script) {
      mkdirSync(at(`${name}-files`))
      run(`set -e; cd "$1"\n${script}`, at(`${name}-files`))
      run('mke2fs -q -F -d "$1" "${@:3}" "$2" 16M', at(`${name}-files`), at(name), ...options)
      return at(name)
    },
    remove() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Names and kinds of all that is below, each once, with `/` behind folders; ends after so many. */
export function* namesBelow(
  tree: { list(folder: string): Iterable<{ name: string; kind: string }> },
  folder = '',
  budget?: { left: number },
): Generator<string> {
  const most = budget ?? { left: 10_000 }
  for (const { name, kind } of tree.list(`${folder}/`)) {
    if (most.left === 0) return
    most.left -= 1
    yield `${folder}/${name}${kind === 'folder' ? '/' : ''}`
    if (kind === 'folder') yield* namesBelow(tree, `${folder}/${name}`, most)
  }
}
