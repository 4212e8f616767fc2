// A ClamAV database of a million signatures that stand for nothing: digests and bodies out of a random stream, in the
// proportions of the public one (most digests MD5 with a size, most bodies for executables, some with wildcards). Beside
// it are files that do carry a signature, so that both sides prove that they look.

import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import { type Workload, writeWorkload } from './files.ts'
import type { Bench } from './plan.ts'
import { Random } from './random.ts'

export interface SignatureDatabase {
  readonly folder: string
  readonly signatures: number
  /** Files that have one signature each, of every kind. */
  readonly infected: Workload
}

const infectedFiles = 40

export function prepareDatabase(bench: Bench): SignatureDatabase {
  const { hashSignatures, bodySignatures } = bench.plan
  const folder = join(bench.aside, 'database')
  mkdirSync(folder)
  const random = new Random(1_050_000)
  const carriers = new Random(40)
  const whole = Array.from({ length: infectedFiles / 2 }, () =>
    carriers.bytes(carriers.between(2000, 60_000)),
  )
  const sha256Count = Math.floor(hashSignatures * 0.3)
  const planted = infectedFiles / 4
  writeLines(join(folder, 'bench.hdb'), hashSignatures - sha256Count - planted, (index) =>
    hashLine(random, 16, index),
  )
  writeLines(join(folder, 'bench.hsb'), sha256Count - planted, (index) => hashLine(random, 32, index))
  const bodies: string[] = []
  writeLines(join(folder, 'bench.ndb'), bodySignatures, (index) => {
    const body = bodyOf(random)
    const target = targetOf(random)
    if (target === 0 && bodies.length < infectedFiles / 2) bodies.push(body)
    return `Bench.Body-${index}:${target}:*:${body}`
  })
  plantDigests(folder, whole, planted)
  const carrying = bodies.map((body) =>
    Buffer.concat([carriers.bytes(carriers.between(100, 5000)), sampleOf(body), carriers.bytes(500)]),
  )
  const infected = writeWorkload(bench, { id: 'infected', title: 'infected files' }, [...whole, ...carrying])
  return { folder, signatures: hashSignatures + bodySignatures, infected }
}

function plantDigests(folder: string, whole: readonly Buffer[], planted: number): void {
  const line = (algorithm: string, index: number): string => {
    const bytes = whole[index] ?? Buffer.alloc(0)
    return `${createHash(algorithm).update(bytes).digest('hex')}:${bytes.length}:Bench.${algorithm}-${index}`
  }
  writeLines(join(folder, 'planted.hdb'), planted, (index) => line('md5', index))
  writeLines(join(folder, 'planted.hsb'), planted, (index) => line('sha256', planted + index))
}

/** Sizes from 500 bytes to 5 MB; one in fifty of the long digests goes by any size, so that every file is digested. */
function hashLine(random: Random, bytes: number, index: number): string {
  const digest = random.bytes(bytes).toString('hex')
  if (bytes === 32 && index % 50 === 0) return `${digest}:*:Bench.Any-${index}:73`
  return `${digest}:${Math.floor(500 * 10 ** (random.fraction() * 4))}:Bench.Hash${bytes}-${index}`
}

/** 1 is an executable for Windows, 0 any file, 6 ELF, 7 text. */
function targetOf(random: Random): number {
  return random.pick([1, 1, 1, 1, 1, 0, 0, 0, 6, 7])
}

function bodyOf(random: Random): string {
  const hex = random.bytes(random.between(20, 80)).toString('hex')
  const kind = random.fraction()
  const cut = 20
  if (kind < 0.1) return `${hex.slice(0, cut)}??${hex.slice(cut + 2)}`
  if (kind < 0.15) return `${hex.slice(0, cut)}*${hex.slice(cut)}`
  if (kind < 0.2) return `${hex.slice(0, cut)}{1-20}${hex.slice(cut)}`
  return hex
}

/** Bytes that the body describes. */
function sampleOf(body: string): Buffer {
  return Buffer.from(body.replace('??', '00').replace('*', '0011223344').replace('{1-20}', '00112233'), 'hex')
}

function writeLines(path: string, count: number, line: (index: number) => string): void {
  const fd = openSync(path, 'w')
  const linesAtOnce = 20_000
  try {
    for (let from = 0; from < count; from += linesAtOnce) {
      const lines = Array.from({ length: Math.min(linesAtOnce, count - from) }, (_, index) =>
        line(from + index),
      )
      writeSync(fd, `${lines.join('\n')}\n`)
    }
  } finally {
    closeSync(fd)
  }
}
