// A raw disk with a partition table and an NTFS volume, which the driver ntfs-3g filled: needs root and the programs below.

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { ntfsPrograms } from '../support/disk-image.ts'
import { chromeHistory, firefoxHistory } from './windows-databases.ts'
import { windowsFiles } from './windows-files.ts'
import { hiveWithDeletedKey } from './windows-hives.ts'

export const imagePrograms = {
  ...ntfsPrograms,
  '/usr/sbin/sfdisk': 'fdisk',
  '/usr/bin/hivexsh': 'libhivex-bin',
  '/usr/bin/python3': 'python3',
}

export const deletedName = 'exfil-list-20260411.csv'
export const stampedPath = '/Users/Public/svch0st.exe'
const local = '/Users/mina/AppData/Local'
export const chromePath = `${local}/Google/Chrome/User Data/Default/History`
export const firefoxPath = '/Users/mina/AppData/Roaming/Mozilla/Firefox/Profiles/q7.default/places.sqlite'
export const deletedKeyPath = '/Users/guest7/NTUSER.DAT'

/** 2019-03-04T05:06:07Z as eight bytes, the first the highest. */
const stampedTime = '0x01d4d24955a7f180'
const partitionAt = 1024 * 1024

const mount = `
set -e
truncate -s 40M "$1"; mkntfs -F -Q -q -c 4096 -L SYSTEM "$1" >/dev/null 2>&1
ntfs-3g "$1" "$2" -o streams_interface=windows,show_sys_files,noatime
trap 'cd /; umount "$2" || umount -l "$2"' EXIT
cp -r "$3/." "$2/"
cd "$2"
`
const finish = `
printf 'MZ stamped' > '.${stampedPath}'
setfattr -n system.ntfs_times_be -v ${stampedTime}${stampedTime.slice(2).repeat(2)} '.${stampedPath}'
printf 'a,b,c' > 'Users/${deletedName}'
sync
rm 'Users/${deletedName}'
`

export interface WindowsImage {
  readonly path: string
  /** Content of every file and stream that was planted, by path. */
  readonly files: ReadonlyMap<string, Buffer>
}

/** `folder` must be empty; the mount is gone when this returns or throws. */
export function makeWindowsImage(folder: string): WindowsImage {
  const files = new Map(Object.entries(windowsFiles()))
  for (const [path, write] of [
    [chromePath, chromeHistory],
    [firefoxPath, firefoxHistory],
    [deletedKeyPath, hiveWithDeletedKey],
  ] as const) {
    const made = join(folder, 'made')
    write(made)
    files.set(path, readFileSync(made))
    execFileSync('rm', [made])
  }
  const [staged, parts] = [join(folder, 'staged'), join(folder, 'parts')]
  const streams: string[] = []
  for (const [path, bytes] of files) {
    const [own = '', stream] = path.split(':')
    const at = stream === undefined ? join(staged, own) : join(parts, String(streams.length))
    mkdirSync(dirname(at), { recursive: true })
    writeFileSync(at, bytes)
    if (stream === undefined) continue
    // The journal's file is one of the system: it is made outside and moved there.
    const isSystem = own.startsWith('/$Extend/')
    const target = isSystem ? './moved' : `.${own}`
    streams.push(`touch '${target}'; cat '${at}' > '${target}:${stream}'`)
    if (isSystem) streams.push(`mv '${target}' '.${own}'`)
  }
  mkdirSync(join(staged, 'Users/Public'), { recursive: true })
  mkdirSync(join(folder, 'mount'))
  const volume = join(folder, 'volume.ntfs')
  const script = [mount, ...streams, finish].join('\n')
  run(script, volume, join(folder, 'mount'), staged)
  return { path: diskOf(volume, join(folder, 'pc-31.raw')), files }
}

function diskOf(volume: string, path: string): string {
  copyFileSync(volume, `${path}.part`)
  run(
    `set -e
truncate -s 42M "$1"
printf 'label: dos\\nstart=2048, size=81920, type=7, bootable\\n' | sfdisk -q "$1"
dd if="$2" of="$1" bs=${partitionAt} seek=1 conv=notrunc,sparse status=none
rm "$2" "$3"`,
    path,
    `${path}.part`,
    volume,
  )
  return path
}

function run(script: string, ...args: readonly string[]): void {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }
  execFileSync('bash', ['-c', script, 'make', ...args], { timeout: 60_000, env, stdio: 'pipe' })
}
