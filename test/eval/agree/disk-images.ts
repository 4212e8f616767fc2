// Images for the agreement of volume readers, made by the systems' own tools: fragmented, sparse, compressed, with streams, many names,
// deep folders, names that are no UTF-8.

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const common = `
for i in $(seq 1 3 4000); do rm "many/file number $i.txt"; done
truncate -s 30000000 sparse; printf a | dd of=sparse bs=1 seek=12345678 conv=notrunc status=none
printf z | dd of=sparse bs=1 seek=29000000 conv=notrunc status=none
truncate -s 200000000 huge; printf end >> huge
: > empty
for i in 1 50 59 60 61 100 130 155 156 157 160 200 600 700 1024 5000 300000; do head -c $i /dev/urandom > size-$i; done
d=deep; for i in $(seq 1 40); do d="$d/폴더 $i"; done; mkdir -p "$d"; echo bottom > "$d/Grüße.txt"
touch -d '1999-12-31 23:59:59.123456789' size-600
`

const ntfs = `
set -e
truncate -s 200M "$1"; mkntfs -F -Q -q -c "$3" -L Evidence "$1" >/dev/null 2>&1
ntfs-3g "$1" "$2" -o streams_interface=windows,compression,noatime
trap 'cd /; umount "$2"' EXIT
cd "$2"
mkdir holes; head -c 8192 /dev/urandom > seed
for i in $(seq 1 4000); do cp seed "holes/$i"; done
# Nothing else is free but every second of these: the file, and the $MFT as it grows, have to lie in them.
cat /dev/zero > filler 2>/dev/null || true
for i in $(seq 1 2 4000); do rm "holes/$i"; done
head -c 10000000 /dev/urandom > fragmented.bin
mkdir many; for i in $(seq 1 3000); do echo "content $i" > "many/file number $i.txt"; done
rm filler
for i in $(seq 3001 4000); do echo "content $i" > "many/file number $i.txt"; done
mkdir packed; setfattr -h -v 0x00000800 -n system.ntfs_attrib_be packed
for i in 1 100 4095 4096 4097 65535 65536 65537 200000 1000000; do
  yes "line $i of text" | head -c $i > packed/text-$i; head -c $i /dev/urandom > packed/random-$i
done
{ head -c 100000 /dev/urandom; head -c 300000 /dev/zero; yes ab | head -c 70000; head -c 12345 /dev/urandom; } > packed/mixed
cp packed/mixed packed/overwritten; printf middle | dd of=packed/overwritten bs=1 seek=200001 conv=notrunc status=none
truncate -s 5000000 packed/hole; printf end >> packed/hole
${common}
printf '[ZoneTransfer]\\r\\nZoneId=3\\r\\n' > 'size-100:Zone.Identifier'
head -c 100000 /dev/urandom > 'size-100:big stream'
for i in $(seq 1 80); do echo $i > "many-streams.txt:stream number $i"; done
ln size-5000 'another name.bin'
`

const ext = `
set -e
image="$1"; mount="$2"; shift 2
truncate -s 120M "$image"; mke2fs -q -F "$@" "$image" 2>/dev/null
mount -o loop,noatime "$image" "$mount"
trap 'cd /; umount "$mount"' EXIT
cd "$mount"
mkdir holes; head -c 4096 /dev/urandom > seed
for i in $(seq 1 3000); do cp seed "holes/$i"; done
head -c 200000000 /dev/zero > filler 2>/dev/null || true
sync; for i in $(seq 1 2 3000); do rm "holes/$i"; done; sync
head -c 5500000 /dev/urandom > fragmented.bin; sync; rm filler
mkdir many; for i in $(seq 1 4000); do echo "content $i" > "many/file number $i.txt"; done
${common}
fallocate -l 500000 reserved 2>/dev/null || truncate -s 500000 reserved
printf x | dd of=reserved bs=1 seek=70000 conv=notrunc status=none
mkdir 'small folder'; echo 1 > 'small folder/a'; ln -s a 'small folder/l'
printf bytes > "$(printf 'no-utf8-\\xff\\xe9-\\xed\\x95\\x9c')"; mkdir "$(printf 'd\\x80')"; echo in > "$(printf 'd\\x80')/f"
for i in 1 59 60 300; do ln -s "$(printf 'x%.0s' $(seq 1 $i))" link-$i; done
ln seed hard; mkfifo fifo; mknod device c 1 3
touch -d '1935-12-31 23:59:59.123456789' old; touch -d '2100-01-02 03:04:05.987654321' future
chown 70000:80000 seed; chmod 4755 seed
`

export interface MadeImage {
  readonly name: string
  readonly path: string
  /** How it is mounted to be compared. */
  readonly mountOptions: string
}

function run(script: string, ...args: readonly string[]): void {
  execFileSync('bash', ['-c', script, 'make', ...args], {
    timeout: 120_000,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

export function makeNtfs(folder: string, clusterBytes: number): MadeImage {
  const path = join(folder, `ntfs-${clusterBytes}.raw`)
  run(ntfs, path, mountPoint(folder), String(clusterBytes))
  return { name: `ntfs ${clusterBytes}`, path, mountOptions: 'ro,streams_interface=windows,compression' }
}

export const extKinds: Readonly<Record<string, readonly string[]>> = {
  ext2: ['-t', 'ext2', '-b', '1024', '-I', '128'],
  ext3: ['-t', 'ext3', '-b', '2048'],
  ext4: ['-t', 'ext4', '-I', '256'],
  'ext4 inline': '-t ext4 -b 1024 -I 512 -O inline_data,64bit,meta_bg,^resize_inode'.split(' '),
  'ext4 bigalloc': ['-t', 'ext4', '-O', 'bigalloc,sparse_super2,^resize_inode', '-C', '16384'],
  'ext4 plain': ['-t', 'ext4', '-O', '^extents,^64bit,^flex_bg,^filetype,^dir_index,^metadata_csum'],
}

export function makeExt(folder: string, kind: string): MadeImage {
  const path = join(folder, `${kind.replaceAll(' ', '-')}.raw`)
  run(ext, path, mountPoint(folder), ...(extKinds[kind] ?? []))
  return { name: kind, path, mountOptions: 'ro,loop' }
}

export function mountPoint(folder: string): string {
  const path = join(folder, 'mount')
  mkdirSync(path, { recursive: true })
  return path
}
