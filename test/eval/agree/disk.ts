// Volumes of raw images against the system's own drivers (ntfs-3g, Linux' ext4: names, sizes, times, owners, content of every file) and
// against Sleuth Kit (package sleuthkit: fls, icat, mmls), on images that the systems' tools make.

import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { volumesOf } from '../../../src/evidence/disk/index.ts'
import { openFolderTree } from '../../../src/evidence/folder-tree.ts'
import { Notes } from '../../../src/evidence/note.ts'
import { openTrees } from '../../../src/evidence/open-trees.ts'
import { type FileSource, openFileSource } from '../../../src/evidence/source.ts'
import type { EvidenceTree, TreeFile } from '../../../src/evidence/tree.ts'
import { must } from '../../support/must.ts'
import { extKinds, type MadeImage, makeExt, makeNtfs, mountPoint } from './disk-images.ts'
import { oracle } from './evidence-files.ts'

const readBytes = 2 ** 20
const icatFiles = 150
/** Read too, but no throughput is counted for them. */
const holes = new Set(['/huge', '/sparse', '/packed/hole'])

interface Sum {
  entries: number
  equal: number
  files: number
  sameContent: number
  flsLines: number
  flsEqual: number
  icatFiles: number
  icatEqual: number
  notes: number
}

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-agree-disk-'))
  const figures: Record<string, number | string> = {}
  try {
    const makers = [
      () => makeNtfs(folder, 4096),
      () => makeNtfs(folder, 1024),
      ...Object.keys(extKinds).map((kind) => () => makeExt(folder, kind)),
    ]
    for (const make of makers) {
      const image = make()
      const sum = compare(image, mountPoint(folder))
      for (const [what, figure] of Object.entries<number>({ ...sum }))
        figures[`${image.name}: ${what}`] = figure
      Object.assign(figures, speed(image, join(folder, 'recovered')))
      rmSync(image.path)
    }
    Object.assign(figures, partitionTables(folder))
    return { name: 'volumes of raw images against their drivers and Sleuth Kit', figures }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function compare({ path, mountOptions }: MadeImage, mount: string): Sum {
  using opened = openTrees(path)
  const tree = must(opened.trees[0])
  const isNtfs = tree.system === 'windows'
  if (isNtfs) execFileSync('ntfs-3g', [path, mount, '-o', mountOptions])
  else execFileSync('mount', ['-o', mountOptions, path, mount])
  const sum: Sum = {
    entries: 0,
    equal: 0,
    files: 0,
    sameContent: 0,
    flsLines: 0,
    flsEqual: 0,
    icatFiles: 0,
    icatEqual: 0,
    notes: 0,
  }
  try {
    compareFolder(tree, openFolderTree(mount), { folder: '', sum })
    againstSleuthKit(tree, path, sum)
  } finally {
    execFileSync('umount', [mount])
  }
  sum.notes = tree.notes.kept.length
  if (sum.notes > 0) console.error(tree.notes.kept.slice(0, 5))
  return sum
}

function compareFolder(
  ours: EvidenceTree,
  theirs: EvidenceTree,
  { folder, sum }: { folder: string; sum: Sum },
): void {
  const known = new Map(Array.from(ours.list(`${folder}/`), ({ name, kind }) => [name, kind]))
  for (const { name, kind } of theirs.list(`${folder}/`)) {
    const path = `${folder}/${name}`
    sum.entries += 1
    const mine = ours.stat(path)
    const other = must(theirs.stat(path))
    const isEqual =
      known.get(name) === kind && mine !== undefined && factsOf(mine, ours) === factsOf(other, ours)
    if (isEqual) sum.equal += 1
    else console.error('differs', path, mine, other)
    known.delete(name)
    if (kind === 'folder') compareFolder(ours, theirs, { folder: path, sum })
    if (kind !== 'file') continue
    sum.files += 1
    using content = theirs.open(path)
    if (digestOf(ours.open(path)) === digestOf(content)) sum.sameContent += 1
    else console.error('content differs', path)
  }
  const extra = [...known.keys()].filter((name) => folder !== '' || !name.startsWith('$'))
  if (extra.length > 0) {
    sum.entries += extra.length
    console.error('besides', folder, extra.slice(0, 5))
  }
}

/** As far as both know them. */
function factsOf({ kind, size, inode, mode, uid, gid, target, times }: TreeFile, tree: EvidenceTree): string {
  const { modified, changed, accessed, born } = times
  const fine = [modified, changed, accessed].map(nanoseconds)
  if (tree.system === 'windows')
    return JSON.stringify([kind, size, inode, ...fine.map((time) => time.slice(0, 27))])
  return JSON.stringify([kind, size, inode, mode, uid, gid, target, ...fine, nanoseconds(born)])
}

function nanoseconds(time = ''): string {
  return time.length === 20 ? `${time.slice(0, 19)}.000000000Z` : time
}

function digestOf(source: FileSource | undefined): string {
  const hash = createHash('sha256')
  const size = source?.size ?? 0
  for (let at = 0; at < size; at += readBytes) hash.update(source?.read(at, readBytes) ?? '')
  return hash.digest('hex')
}

interface FlsLine {
  readonly line: string
  readonly inode: string
  readonly path: string
  readonly stream: string | undefined
  readonly target: string | undefined
  readonly size: number
  readonly times: readonly number[]
  /** 0: it knows none. */
  readonly born: number
}

/** Of files and streams; undefined: an invention of its own, or a name that it cannot write. */
function flsLine(line: string, isNtfs: boolean): FlsLine | undefined {
  const [, written = '', inode = '', mode = '', , , size, accessed, modified, changed, born] = line.split('|')
  const [name = '', target] = written.split(' -> ')
  if (name === '' || / \(\$FILE_NAME\)$|\(deleted|^\/\/?\$OrphanFiles/.test(name)) return undefined
  if (mode.startsWith('v') || /-(?:128|144)-\d+$/.test(inode) !== isNtfs) return undefined
  const whole = name.replace('//', '/')
  const [path = '', stream] = isNtfs ? whole.split(/:(?!.*\/)/) : [whole]
  if (/[\^\ufffd]/.test(path) || stream?.startsWith('$') === true) return undefined
  const times = [accessed, modified, changed].map(Number)
  return { line, inode, path, stream, target, size: Number(size), times, born: Number(born) }
}

/** Every name with size and times in seconds, named streams too; content of some. */
function againstSleuthKit(tree: EvidenceTree, image: string, sum: Sum): void {
  const text = oracle('fls', '-u', '-r', '-p', '-m', '/', image) ?? ''
  const lines = text.split('\n').flatMap((line) => flsLine(line, tree.system === 'windows') ?? [])
  const step = Math.ceil(lines.length / icatFiles)
  for (const [index, line] of lines.entries()) {
    sum.flsLines += 1
    if (isAsFls(tree, line)) sum.flsEqual += 1
    else console.error('fls differs', line.line, tree.stat(line.path))
    const source = tree.open(line.path, line.stream)
    if (source === undefined || (index % step !== 0 && line.stream === undefined)) continue
    sum.icatFiles += 1
    const content = spawnSync('icat', [image, line.inode], { maxBuffer: 2 ** 28, timeout: 60_000 }).stdout
    if (createHash('sha256').update(content).digest('hex') === digestOf(source)) sum.icatEqual += 1
    else console.error('icat differs', line.line)
  }
}

function isAsFls(tree: EvidenceTree, { path, stream, target, size, times, born }: FlsLine): boolean {
  const file = tree.stat(path)
  if (file === undefined) return false
  const { accessed, modified, changed } = file.times
  const source = tree.open(path, stream)
  return (
    JSON.stringify([accessed, modified, changed].map(seconds)) === JSON.stringify(times) &&
    (born === 0 || file.times.born === undefined || seconds(file.times.born) === born) &&
    (source === undefined || source.size === size) &&
    (target === undefined || target === file.target)
  )
}

/** It has no times before 1970 and takes those that are not set for 2076. */
function seconds(time: string | undefined): number {
  return time === undefined ? 3_373_865_674 : (Date.parse(`${time.slice(0, 19)}Z`) / 1000) >>> 0
}

/** CPU seconds, and what is read in them beside holes: names with their facts against fls; with all content against tsk_recover, which writes what it reads. */
function speed({ name, path }: MadeImage, into: string): Record<string, string> {
  const ours = cpuOf(() => walk(path, () => 0))
  let bytes = 0
  const reading = cpuOf(() =>
    walk(path, (source) => {
      for (let at = 0; at < source.size; at += readBytes) source.read(at, readBytes)
      if (!holes.has(source.path)) bytes += source.size
    }),
  )
  const fls = childCpu('fls', '-r', '-p', '-m', '/', path)
  const recover = childCpu('tsk_recover', '-a', path, into)
  rmSync(into, { recursive: true, force: true })
  return {
    [`${name}: walk`]: `${ours.toFixed(2)} s (fls ${fls.toFixed(2)} s)`,
    [`${name}: walk and read`]: `${reading.toFixed(2)} s, ${Math.round(bytes / 1e6 / reading)} MB/s (tsk_recover ${recover.toFixed(2)} s)`,
  }
}

function walk(image: string, visit: (source: FileSource) => void): void {
  using opened = openTrees(image)
  const tree = must(opened.trees[0])
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const { name, kind } of tree.list(`${folder}/`)) {
      tree.stat(`${folder}/${name}`)
      if (kind === 'folder') folders.push(`${folder}/${name}`)
      const source = kind === 'file' ? tree.open(`${folder}/${name}`) : undefined
      if (source !== undefined) visit(source)
    }
  }
}

const tables: Readonly<Record<string, string>> = {
  dos: 'label: dos\n2048,20480,7\n,40960,5\n24576,8192,83\n34816,8192,82\n,,c\n',
  gpt: 'label: gpt\n2048,20480\n,8192,L,*\n,,S\n',
}

/** Partitions that sfdisk makes, as mmls tells them. */
function partitionTables(folder: string): Record<string, string> {
  const figures: Record<string, string> = {}
  for (const [kind, input] of Object.entries(tables)) {
    const path = join(folder, `${kind}.raw`)
    writeFileSync(path, '')
    truncateSync(path, 64 * 2 ** 20)
    execFileSync('sfdisk', ['-q', path], { input })
    using source = openFileSource(path)
    const ours = volumesOf(source, new Notes()).map(
      ({ partition }) => `${partition?.start} ${partition?.bytes}`,
    )
    const lines = (oracle('mmls', path) ?? '')
      .split('\n')
      .filter((line) => /^\d{3}: +\d{3}(?::\d{3})? /.test(line))
    const theirs = lines.map((line) => {
      const [, , first = '', , length = ''] = line.split(/ +/)
      return `${Number(first) * 512} ${Number(length) * 512}`
    })
    const equal = theirs.filter((each) => ours.includes(each)).length
    figures[`partitions ${kind}`] = `${equal} of ${theirs.length}, besides ${ours.length - equal}`
  }
  return figures
}

function cpuOf(act: () => void): number {
  const started = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1e6
}

function childCpu(...command: readonly string[]): number {
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1'
  const { stderr } = spawnSync('bash', ['-c', script, 'time', ...command], {
    encoding: 'utf8',
    timeout: 120_000,
  })
  return stderr
    .trim()
    .split(' ')
    .map(Number)
    .reduce((sum, part) => sum + part, 0)
}

if (import.meta.main) console.log(await agree())
