// How fast strings are found, beside binutils' strings, which has one encoding a run and so runs twice.
//   node test/bench/strings/run.ts [FILE]   (the runtime's own program without one)

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { StringScanner } from '../../../src/evidence/strings/index.ts'

const file = process.argv[2] ?? process.execPath
const bytes = readFileSync(file)
const rounds = 5
const chunkBytes = 1024 * 1024

/** The best of some rounds, in megabytes a CPU second. */
function ours(least: number): number {
  let best = 0
  for (let round = 0; round < rounds; round++) {
    let found = 0
    const started = process.cpuUsage()
    const scanner = new StringScanner({ least, encodings: ['ascii', 'utf-16le'] }, () => {
      found += 1
    })
    for (let at = 0; at < bytes.length; at += chunkBytes) scanner.push(bytes.subarray(at, at + chunkBytes))
    scanner.end()
    const { user, system } = process.cpuUsage(started)
    if (found === 0) throw new Error('nothing was found')
    best = Math.max(best, bytes.length / (user + system))
  }
  return Math.round(best)
}

/** CPU of the whole program, its output thrown away: of children the shell's `times` tells it. */
function programMs(command: string): number {
  const { stdout } = spawnSync('bash', ['-c', `${command} >/dev/null; times`], { encoding: 'utf8' })
  const [, children = ''] = stdout.trim().split('\n')
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60_000 + Number(s) * 1000,
    0,
  )
}

function theirs(least: number): number {
  let best = 0
  for (let round = 0; round < rounds; round++) {
    const ms = programMs(`strings -a -n ${least} "${file}" >/dev/null; strings -a -n ${least} -e l "${file}"`)
    best = Math.max(best, bytes.length / 1000 / ms)
  }
  return Math.round(best)
}

for (const least of [4, 8]) {
  const [mine, binutils] = [ours(least), theirs(least)]
  console.log({
    least,
    file,
    megabytes: Math.round(bytes.length / 1e6),
    haechi: mine,
    binutils,
    ratio: Math.round((10 * mine) / binutils) / 10,
  })
}
