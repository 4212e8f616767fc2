// The databases and files of the comparison. Every case is one folder of databases with the files that it is tried on.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { readClamav } from '../../../src/engine/detectors/clamav/index.ts'
import { isTaken } from './contestants.ts'
import { Random } from './random.ts'
import { noiseOf, sampleOf, variantsOf } from './samples.ts'
import { randomBody, randomLogical, randomOffset } from './signatures.ts'

export interface Case {
  readonly name: string
  readonly database: string
  readonly files: readonly string[]
}

export interface CaseOptions {
  readonly folder: string
  readonly seed: number
  /** Signatures of a database of random ones. */
  readonly signatures: number
}

/** What files of a target begin with. */
export interface Prefix {
  readonly name: string
  readonly target: number
  readonly bytes: Buffer
  readonly letters?: readonly string[]
}

export function randomBodies(prefix: Prefix, options: CaseOptions): Case {
  const random = new Random(options.seed * 1000 + prefix.target, prefix.letters)
  const lines: string[] = []
  const contents: Buffer[] = []
  for (let number = 0; number < options.signatures; number++) {
    const body = randomBody(random)
    const target = random.chance(50) ? prefix.target : 0
    lines.push(`B.${number}:${target}:${randomOffset(random, target)}:${body}`)
    const samples = variantsOf(sampleOf(body, random), random)
    contents.push(...samples.map((sample) => around(prefix, sample, random)))
  }
  return write(
    `bodies-${prefix.name}`,
    { 'random.ndb': takenLines('ndb', lines, options) },
    contents,
    options,
  )
}

export function randomLogicals(prefix: Prefix, options: CaseOptions): Case {
  const random = new Random(options.seed * 1000 + 500 + prefix.target, prefix.letters)
  const lines: string[] = []
  const contents: Buffer[] = []
  for (let number = 0; number < options.signatures; number++) {
    const target = random.chance(50) ? prefix.target : 0
    const line = randomLogical(`L.${number}`, target, random)
    lines.push(line)
    const bodies = line.split(';').slice(3)
    for (let copy = 0; copy < 4; copy++) {
      const pieces = bodies.flatMap((body) => {
        const plain = body.replace(/^[^:]*:(?=[0-9a-f(!])/i, '').replace(/::\w+$/, '')
        return Array.from({ length: random.below(4) }, () => [
          sampleOf(plain, random),
          noiseOf(random.below(6), random),
        ])
      })
      contents.push(around(prefix, Buffer.concat(pieces.flat()), random))
    }
  }
  return write(
    `logical-${prefix.name}`,
    { 'random.ldb': takenLines('ldb', lines, options) },
    contents,
    options,
  )
}

/** The lines that both read; tells of those that only one of them reads. */
function takenLines(extension: string, lines: readonly string[], { folder }: CaseOptions): string {
  const path = join(folder, `try.${extension}`)
  const isRead = (some: readonly string[]): boolean => {
    writeFileSync(path, `${some.join('\n')}\n`)
    return isTaken(path)
  }
  const theirs = new Set(keep(lines, isRead))
  writeFileSync(path, `${lines.join('\n')}\n`)
  const bad = new Set(readClamav([path]).problems.map(({ line }) => lines[line - 1]))
  const split = lines.filter((line) => theirs.has(line) === bad.has(line))
  if (split.length > 0) console.log(`${split.length} lines are read by one only, such as ${split[0]}`)
  return [...theirs].join('\n')
}

/** The items left when those are taken out that make `isGood` false. */
function keep(items: readonly string[], isGood: (some: readonly string[]) => boolean): readonly string[] {
  if (isGood(items)) return items
  if (items.length <= 1) return []
  const half = items.length >> 1
  return [...keep(items.slice(0, half), isGood), ...keep(items.slice(half), isGood)]
}

function around({ bytes: head }: Prefix, sample: Buffer, random: Random): Buffer {
  return Buffer.concat([
    head,
    noiseOf(random.pick([0, 0, 1, 2, 5, 30]), random),
    sample,
    noiseOf(random.pick([0, 0, 1, 9, 40]), random),
  ])
}

export function write(
  name: string,
  databases: Readonly<Record<string, string>>,
  contents: readonly Buffer[],
  { folder }: CaseOptions,
): Case {
  const database = join(folder, name, 'db')
  const samples = join(folder, name, 'files')
  mkdirSync(database, { recursive: true })
  mkdirSync(samples, { recursive: true })
  for (const [file, text] of Object.entries(databases)) writeFileSync(join(database, file), `${text}\n`)
  const files = contents.map((content, index) => {
    const path = join(samples, String(index).padStart(4, '0'))
    writeFileSync(path, content)
    return path
  })
  return { name, database, files }
}
