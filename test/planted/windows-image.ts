// A raw disk with a partition table and an NTFS volume, which the driver ntfs-3g filled: needs root and the programs below.

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { ntfsPrograms } from '../support/disk-image.ts'
import { time, wide } from '../support/artefact-fields.ts'
import { recordBytes } from '../support/mft-writer.ts'
import { chromeHistory, firefoxHistory } from './windows-databases.ts'
import { windowsFiles } from './windows-files.ts'
import { hiveWithDeletedKey } from './windows-hives.ts'

export const imagePrograms = {
  ...ntfsPrograms,
  '/usr/bin/unshare': 'util-linux',
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

const stampedTime = '2019-03-04T05:06:07Z'
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
printf 'a,b,c' > 'Users/${deletedName}'
sync
rm 'Users/${deletedName}'
`

interface WindowsImage {
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
  run(script, { isAlone: true }, volume, join(folder, 'mount'), staged)
  setTimes(volume, stampedPath.slice(stampedPath.lastIndexOf('/') + 1), stampedTime)
  return { path: diskOf(volume, join(folder, 'pc-31.raw')), files }
}

/** As tools do it that leave the name's times: ntfs-3g would set those too. In the file's record of the table only. */
function setTimes(volume: string, name: string, iso: string): void {
  const bytes = readFileSync(volume)
  const wanted = wide(name)
  for (let at = 0; at < bytes.length; at += recordBytes) {
    const record = bytes.subarray(at, at + recordBytes)
    const isFolder = ((record[22] ?? 0) & 2) !== 0
    if (!record.toString('latin1', 0, 4).startsWith('FILE') || isFolder || !record.includes(wanted)) continue
    const attribute = record.readUInt16LE(20)
    const content = attribute + record.readUInt16LE(attribute + 20)
    for (const field of [0, 8, 24]) time(iso).copy(record, content + field)
    writeFileSync(volume, bytes)
    return
  }
  throw new Error(`there is no record of ${name}`)
}

function diskOf(volume: string, path: string): string {
  copyFileSync(volume, `${path}.part`)
  run(
    `set -e
truncate -s 42M "$1"
printf 'label: dos\\nstart=2048, size=81920, type=7, bootable\\n' | sfdisk -q "$1"
dd if="$2" of="$1" bs=${partitionAt} seek=1 conv=notrunc,sparse status=none
rm "$2" "$3"`,
    { isAlone: false },
    path,
    `${path}.part`,
    volume,
  )
  return path
}

/** Alone: in namespaces of its own, with which the mount and the driver go, however it ends. */
function run(script: string, { isAlone }: { readonly isAlone: boolean }, ...args: readonly string[]): void {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }
  const bash = ['bash', '-c', script, 'make', ...args]
  const namespaces = ['--fork', '--kill-child', '--pid', '--mount', '--propagation', 'private']
  const [command = '', ...rest] = isAlone ? ['unshare', ...namespaces, ...bash] : bash
  execFileSync(command, rest, { timeout: 60_000, killSignal: 'SIGKILL', env, stdio: 'pipe' })
}
