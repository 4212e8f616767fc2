// What is opened, unpacked and scanned: generated, the same in every run, harmless except for one EICAR file.

import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { eicar } from '../support/samples.ts'
import type { Exec } from './exec.ts'
import type { Ground } from './ground.ts'

export const openFiles = 5000
export const tarFiles = 10_000
const tarDirectories = 200
export const gitFiles = 5000
const headers = 100
const blobs = 20
const blobBytes = 4 * 1024 ** 2

export interface Trees {
  /** For one process and for several: each is met by a guard for the first time. */
  readonly single: string
  readonly parallel: string
  /** Not guarded; unpacked into the ground. */
  readonly archive: string
  readonly repository: string
  /** A copy of the Node binary inside the ground. */
  readonly node: string
  readonly gcc: GccTree
  readonly blobs: string
  readonly eicar: string
  /** For clamscan and clamd: the digest of the EICAR file is the only signature. */
  readonly eicarBytes: string
}

export interface GccTree {
  readonly folder: string
  readonly source: string
}

/** A small file of `index % 60 + 4` lines. */
function text(index: number): string {
  return `line of a small clean file, number ${index}\n`.repeat(4 + (index % 60))
}

/** Files as open-latency.c expects them. */
function writeOpenTree(folder: string): string {
  for (let index = 0; index < openFiles; index++) {
    const directory = join(folder, `d${String(Math.floor(index / 100)).padStart(3, '0')}`)
    if (index % 100 === 0) mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, `f${String(index).padStart(5, '0')}`), text(index))
  }
  return folder
}

function writeTree(folder: string, files: number, directories: number): string {
  for (let index = 0; index < files; index++) {
    const directory = join(folder, `d${index % directories}`)
    if (index < directories) mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, `f${index}.txt`), text(index))
  }
  return folder
}

async function writeArchive(ground: Ground, exec: Exec): Promise<string> {
  const folder = writeTree(join(ground.aside, 'unpacked'), tarFiles, tarDirectories)
  const archive = join(ground.aside, 'tree.tar')
  await exec('tar', ['cf', archive, '-C', folder, '.'])
  return archive
}

export const gitEnv = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_OPTIONAL_LOCKS: '0' }

async function writeRepository(ground: Ground, exec: Exec): Promise<string> {
  const folder = writeTree(join(ground.path, 'repository'), gitFiles, 100)
  const git = (...args: string[]): Promise<unknown> => exec('git', args, { cwd: folder, env: gitEnv })
  // Files as young as the index would be read again by every `git status`; how many would be chance.
  await exec('find', [folder, '-type', 'f', '-exec', 'touch', '-d', '1 hour ago', '{}', '+'])
  await git('init', '-q')
  await git('add', '.')
  await git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '-q', '-m', 'tree')
  return folder
}

/** The compiler proper and the assembler are copied; the driver and the C library's headers are not used. */
async function writeGcc(ground: Ground, exec: Exec): Promise<GccTree> {
  const folder = join(ground.path, 'gcc')
  mkdirSync(folder)
  for (const program of ['cc1', 'as']) {
    const { stdout } = await exec('gcc', [`-print-prog-name=${program}`])
    const { stdout: path } = await exec('sh', ['-c', 'command -v "$0"', stdout.trim()])
    copyFileSync(path.trim(), join(folder, basename(program)))
  }
  const names = Array.from({ length: headers }, (_, index) => `part${index}.h`)
  for (const [index, name] of names.entries()) {
    writeFileSync(join(folder, name), `static inline int part${index}(int x) { return x + ${index}; }\n`)
  }
  const includes = names.map((name) => `#include "${name}"\n`).join('')
  const source = join(folder, 'main.c')
  writeFileSync(source, `${includes}int all(int x) { return part0(x) + part${headers - 1}(x); }\n`)
  return { folder, source }
}

function writeBlobs(folder: string): string {
  mkdirSync(folder)
  for (let index = 0; index < blobs; index++)
    writeFileSync(join(folder, `blob${index}`), randomBytes(blobBytes))
  return folder
}

export async function writeTrees(ground: Ground, exec: Exec): Promise<Trees> {
  const node = join(ground.path, 'node')
  copyFileSync(process.execPath, node)
  const eicarFile = join(ground.path, 'eicar.com')
  writeFileSync(eicarFile, eicar)
  return {
    single: writeOpenTree(join(ground.path, 'single')),
    parallel: writeOpenTree(join(ground.path, 'parallel')),
    archive: await writeArchive(ground, exec),
    repository: await writeRepository(ground, exec),
    node,
    gcc: await writeGcc(ground, exec),
    blobs: writeBlobs(join(ground.path, 'blobs')),
    eicar: eicarFile,
    eicarBytes: eicar,
  }
}
