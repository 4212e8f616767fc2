// The $MFT against libfsntfs (package python3-libfsntfs: records, names, times) and Sleuth Kit's fls (package sleuthkit: paths, streams, sizes),
// on a volume that mkntfs and ntfs-3g make: hard links, named streams, extension records, deleted and reused records, names in Hangul.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type MftEntry, readMft } from '../../../src/evidence/mft/index.ts'
import { Notes } from '../../../src/evidence/note.ts'
import { mftOfVolume } from '../../../src/evidence/ntfs/index.ts'
import { memorySource, openFileSource } from '../../../src/evidence/source.ts'
import { oracle } from './evidence-files.ts'

const makeVolume = `
set -e
truncate -s 1G "$1"; mkntfs -F -Q -q "$1" >/dev/null 2>&1
ntfs-3g "$1" "$2" -o streams_interface=windows
trap 'cd /; umount "$2"' EXIT
cd "$2"
for d in $(seq 1 40); do
  t="Users/사용자$d/AppData/Local/Temp/깊은 폴더"; mkdir -p "$t"
  for i in $(seq 1 500); do echo "content $d $i" > "$t/file $i of many.txt"; done
done
t="Users/사용자2/AppData/Local/Temp/깊은 폴더"
for i in $(seq 1 50); do printf '[ZoneTransfer]\\r\\nZoneId=3\\r\\n' > "$t/file $i of many.txt:Zone.Identifier"; done
for i in $(seq 1 40); do ln "$t/file 1 of many.txt" "hard link with a rather long name number $i.txt"; done
for i in $(seq 1 60); do head -c 100 /dev/zero > "many-streams.bin:stream-number-$i"; done
mkdir gone; for i in $(seq 1 200); do echo $i > gone/file-that-is-deleted-$i; done
head -c 3000000 /dev/urandom > big.bin
for i in $(seq 100 200); do rm "$t/file $i of many.txt"; done
rm -r gone
mkdir reused; for i in $(seq 1 20); do echo r > reused/new-$i; done
ln -s ../big.bin reused/link
touch -d '2001-02-03 04:05:06' "$t/file 7 of many.txt"
`

const dump = `
import pyfsntfs, sys
f = pyfsntfs.mft_metadata_file(); f.open(sys.argv[1])
for i in range(f.number_of_file_entries):
    e = f.get_file_entry(i)
    if e.is_empty() or (e.base_record_file_reference or 0) != 0: continue
    r = e.file_reference
    print('E', r & 0xffffffffffff, r >> 48, int(e.is_allocated()), sep='\\t')
    for n in range(e.number_of_attributes):
        a = e.get_attribute(n)
        if a.attribute_type == 16:
            print('S', a.get_creation_time_as_integer(), a.get_modification_time_as_integer(), a.get_entry_modification_time_as_integer(), a.get_access_time_as_integer(), a.file_attribute_flags, sep='\\t')
        if a.attribute_type == 48:
            p = a.parent_file_reference
            print('N', a.name, p & 0xffffffffffff, p >> 48, a.get_creation_time_as_integer(), a.get_modification_time_as_integer(), a.get_entry_modification_time_as_integer(), a.get_access_time_as_integer(), a.file_attribute_flags, sep='\\t')
`

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-agree-mft-'))
  try {
    const image = join(folder, 'ntfs.img')
    const mount = join(folder, 'mount')
    mkdirSync(mount)
    execFileSync('bash', ['-c', makeVolume, 'make', image, mount], { timeout: 120_000 })
    using volume = openFileSource(image)
    const notes = new Notes()
    const table = mftOfVolume(volume, notes)
    if (table === undefined) throw new Error('the volume has no $MFT')
    const entries = [...readMft(table, notes)]
    const file = join(folder, 'MFT')
    writeFileSync(file, table.read(0, table.size))
    return {
      name: '$MFT against libfsntfs and Sleuth Kit',
      figures: {
        ...againstLibfsntfs(entries, oracle('/usr/bin/python3', '-c', dump, file) ?? ''),
        ...againstSleuthKit(entries, oracle('fls', '-r', '-p', '-m', '/', image) ?? ''),
        notes: notes.kept.length,
        entriesPerCpuSecond: speed(table.read(0, table.size)),
      },
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function ticks(time: string | undefined): string {
  if (time === undefined) return '0'
  const ms = Date.parse(`${time.slice(0, 19)}Z`)
  return String((BigInt(ms) + 11_644_473_600_000n) * 10_000n + BigInt(time.slice(20, 27)))
}

function againstLibfsntfs(entries: readonly MftEntry[], text: string): Record<string, number> {
  const ours: string[] = []
  let names = 0
  for (const { entry, sequence, inUse, standardInformation: info, names: list } of entries) {
    ours.push(['E', entry, sequence, inUse ? 1 : 0].join('\t'))
    if (info !== undefined) {
      const times = [info.created, info.modified, info.changed, info.accessed].map(ticks)
      ours.push(['S', ...times, info.fileAttributes].join('\t'))
    }
    for (const name of list) {
      names += 1
      const times = [name.created, name.modified, name.changed, name.accessed].map(ticks)
      ours.push(
        ['N', name.name, name.parentEntry, name.parentSequence, ...times, name.fileAttributes].join('\t'),
      )
    }
  }
  const theirs = text.split('\n').filter((line) => line !== '')
  const known = countsOf(ours)
  const missing = theirs.filter((line) => !take(known, line))
  return {
    entries: entries.length,
    names,
    lines: theirs.length,
    equalLines: theirs.length - missing.length,
    extraLines: ours.length - (theirs.length - missing.length),
  }
}

function countsOf(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

function take(counts: Map<string, number>, line: string): boolean {
  const count = counts.get(line) ?? 0
  if (count > 0) counts.set(line, count - 1)
  return count > 0
}

/** Live files and streams, each with its path and size. */
function againstSleuthKit(entries: readonly MftEntry[], text: string): Record<string, number> {
  const ours = new Map<string, number>()
  for (const { path, otherPaths = [], inUse, isDirectory, data, streams } of entries) {
    if (!inUse || path === undefined) continue
    for (const each of [path, ...otherPaths]) {
      const name = each.replaceAll('\\', '/')
      if (!isDirectory) ours.set(name, data?.size ?? 0)
      for (const stream of streams) ours.set(`${name}:${stream.name}`, stream.size)
    }
  }
  let files = 0
  let equalFiles = 0
  for (const line of text.split('\n')) {
    const [, name = '', inode = '', mode = '', , , size] = line.split('|')
    // Sleuth Kit's own inventions, names apart, directories and what stands for their indexes.
    if (
      name === '' ||
      name.endsWith(' ($FILE_NAME)') ||
      name.includes('(deleted)') ||
      name.startsWith('/$OrphanFiles')
    )
      continue
    if (mode.startsWith('d') || inode.includes('-144-') || mode.startsWith('v')) continue
    files += 1
    if (ours.get(name) === Number(size)) equalFiles += 1
  }
  return { flsFiles: files, flsEqual: equalFiles }
}

function speed(table: Uint8Array): number {
  const started = process.cpuUsage()
  let count = 0
  for (let round = 0; round < 3; round++)
    for (const _entry of readMft(memorySource(table), new Notes())) count += 1
  const { user, system } = process.cpuUsage(started)
  return Math.round(count / ((user + system) / 1e6))
}

if (import.meta.main) console.log(await agree())
