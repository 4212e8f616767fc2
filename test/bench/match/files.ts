// What is scanned, made from the programs and texts of this machine. Everything is copied into a folder of the run, and
// containers are left out, because only some contestants open them.

import {
  closeSync,
  globSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import type { Bench } from './plan.ts'
import { Random } from './random.ts'
import { samplePe } from './sample-pe.ts'

export interface Workload {
  readonly id: string
  readonly title: string
  readonly folder: string
  readonly files: readonly string[]
  readonly bytes: number
}

const megabyte = 1024 ** 2
const textBytes = 10 * megabyte
const peBytes = 16 * megabyte
const headBytes = 4096
/** Programs from which pieces are cut. */
const programPatterns = [
  '/usr/bin/*',
  '/usr/sbin/*',
  '/usr/lib/*/*.so*',
  '/usr/lib/gcc/**/*',
  '/usr/lib/*/*/*.so*',
]
const smallPatterns = ['/usr/share/**/*', '/usr/lib/python3*/**/*']
const textPatterns = ['/usr/lib/python3*/**/*.py', '/usr/share/**/*.{txt,html,pm,pl,md,xml,json}']

export interface Files {
  readonly large: readonly Workload[]
  readonly small: Workload
  /** Scanned before anything is measured. */
  readonly first: Workload
  /** Different ones for each round. */
  readonly binaries: readonly Workload[]
}

export function prepareFiles(bench: Bench): Files {
  const programs = programsOf()
  const { plan } = bench
  const cut = new BinaryCutter(programs)
  return {
    large: largeFiles(bench, programs),
    small: smallFiles(bench),
    first: cut.workload(bench, 'first', 20),
    binaries: Array.from({ length: plan.rounds }, (_, round) =>
      cut.workload(bench, `binaries-${round}`, plan.binaries),
    ),
  }
}

/** Writes files into a folder of their own. */
export function writeWorkload(
  bench: Bench,
  { id, title }: { id: string; title: string },
  contents: readonly Uint8Array[],
): Workload {
  const folder = join(bench.aside, id)
  mkdirSync(folder)
  const files = contents.map((bytes, index) => {
    const path = join(folder, `f${String(index).padStart(5, '0')}`)
    writeFileSync(path, bytes)
    return path
  })
  return { id, title, folder, files, bytes: contents.reduce((sum, bytes) => sum + bytes.length, 0) }
}

function largeFiles(bench: Bench, programs: readonly string[]): Workload[] {
  const { largeBytes } = bench.plan
  const libraries = programs.filter((path) => path.includes('.so'))
  const one = (id: string, title: string, bytes: Uint8Array): Workload =>
    writeWorkload(bench, { id, title: `${title}, ${Math.round(bytes.length / 1e6)} MB` }, [bytes])
  const texts = globSync(textPatterns).toSorted()
  return [
    one('large-node', 'the Node binary', piece(process.execPath, 0, largeBytes)),
    one(
      'large-libraries',
      'shared libraries in one file',
      joined(libraries, Math.min(largeBytes, 2 * peBytes)),
    ),
    one('large-pe', 'a PE file', samplePe(joined(programs.toReversed(), Math.min(largeBytes, peBytes)))),
    one('large-text', 'text', joined(texts, Math.min(largeBytes, textBytes))),
  ]
}

/** Whole files one behind the other, up to so many bytes. */
function joined(paths: readonly string[], most: number): Buffer {
  const parts: Buffer[] = []
  let length = 0
  for (const path of paths) {
    if (length >= most) break
    const part = piece(path, 0, most - length)
    parts.push(part)
    length += part.length
  }
  return Buffer.concat(parts)
}

function piece(path: string, from: number, length: number): Buffer {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(fd, bytes, 0, length, from))
  } finally {
    closeSync(fd)
  }
}

/** Regular files, no links, at least 1 MB, in an order that does not depend on the machine's directories. */
function programsOf(): string[] {
  return globSync(programPatterns)
    .toSorted()
    .filter((path) => {
      const stat = lstatSync(path)
      return stat.isFile() && stat.size > megabyte && piece(path, 0, 4).toString('latin1') === '\u{7f}ELF'
    })
}

/** Cuts 1 MB pieces that are all different. A third keeps its ELF head, a third becomes a PE file, a third is bare. */
class BinaryCutter {
  readonly #programs: readonly string[]
  readonly #random = new Random(1)
  #next = 0

  constructor(programs: readonly string[]) {
    this.#programs = programs
  }

  workload(bench: Bench, id: string, count: number): Workload {
    const contents = Array.from({ length: count }, () => this.#cut())
    return writeWorkload(bench, { id, title: `${count} binaries of 1 MB` }, contents)
  }

  #cut(): Uint8Array {
    const kind = this.#next % 3
    const path = this.#programs[(this.#next * 7) % this.#programs.length] ?? process.execPath
    this.#next++
    const room = lstatSync(path).size - megabyte
    const body = piece(path, this.#random.between(0, room), megabyte)
    if (kind === 0) piece(path, 0, headBytes).copy(body)
    return kind === 1 ? samplePe(body.subarray(0, megabyte - 2 * headBytes)) : body
  }
}

function smallFiles(bench: Bench): Workload {
  const { smallFiles: wanted } = bench.plan
  const all = globSync(smallPatterns)
    .toSorted()
    .filter((path) => {
      // Compressed manuals are half of what lies there.
      if (path.endsWith('.gz')) return false
      const stat = lstatSync(path)
      return stat.isFile() && stat.size >= 1024 && stat.size <= 50 * 1024
    })
  const step = Math.max(1, Math.floor(all.length / (wanted * 1.2)))
  const contents: Buffer[] = []
  for (let index = 0; index < all.length && contents.length < wanted; index += step) {
    const bytes = readFileSync(all[index] ?? '')
    if (!isContainer(bytes)) contents.push(bytes)
  }
  return writeWorkload(bench, { id: 'small', title: `${contents.length} small files` }, contents)
}

const containerHeads = [
  'PK',
  '\u{1f}\u{8b}',
  'BZh',
  '\u{fd}7zXZ',
  '7z\u{bc}',
  'Rar!',
  '\u{28}\u{b5}/\u{fd}',
  '!<arch>',
  '%PDF',
]

function isContainer(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 8)
  return (
    containerHeads.some((start) => head.startsWith(start)) || bytes.toString('latin1', 257, 262) === 'ustar'
  )
}
