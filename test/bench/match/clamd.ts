// clamd with a database and a configuration of its own, asked through `clamdscan --fdpass` for many files (its start is
// measured with an empty file and taken off) and over its socket for the times of single files.

import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { type Daemon, startDaemon, whenReady } from '../contestant.ts'
import { rssBytes } from '../machine.ts'
import { type Contestant, manyInstances, type Start } from './contestant.ts'
import type { SignatureDatabase } from './database.ts'
import type { Scanned } from './engines/messages.ts'
import type { Bench } from './plan.ts'

const clamd = '/usr/sbin/clamd'
const loadTimeoutMs = 60_000

interface Place {
  readonly config: string
  readonly socket: string
}

/** Undefined where it is not installed. The daemon stands when this resolves. */
export async function clamdContestant(
  bench: Bench,
  database: SignatureDatabase,
  sample: readonly string[],
): Promise<Contestant | undefined> {
  if (!existsSync(clamd)) return undefined
  const { exec, aside } = bench
  const version = (await exec('clamdscan', ['--version'])).stdout.trim().split('/')[0] ?? ''
  const nothing = join(aside, 'clamd-nothing')
  writeFileSync(nothing, '')
  const place = placeOf(bench, database, 'standing')
  const daemon = await started(bench, place)
  const list = join(aside, 'clamd-list')
  let loaded: Start | undefined
  const many = async (
    files: readonly string[],
    instances: number,
  ): Promise<{ ms: number; stdout: string }> => {
    writeFileSync(list, `${files.join('\n')}\n`)
    // Several at a time it knows only for folders.
    const [first = ''] = files
    const what = instances === 1 ? ['-f', list] : ['--multiscan', files.length === 1 ? first : dirname(first)]
    const args = ['--config-file', place.config, '--fdpass', '--no-summary', '--infected', ...what]
    return exec('clamdscan', args, { codes: [0, 1] })
  }
  return {
    id: 'clamd',
    version: `${version}, ${database.signatures} signatures`,
    compile: async () => {
      loaded = await startOnce(bench, database, sample)
      return loaded
    },
    // It has no cache: each start is the same work.
    start: async () => loaded ?? startOnce(bench, database, sample),
    scan: async (files, instances): Promise<Scanned> => {
      const start = await many([nothing], instances)
      const { ms, stdout } = await many(files, instances)
      return { ms: Math.max(0.1, ms - start.ms), each: [], found: detectionsOf(stdout, files) }
    },
    each: (files) => scanEach(place, files),
    rss: async () => rssBytes(daemon.pid),
    stop: () => daemon.stop(),
  }
}

function placeOf(bench: Bench, database: SignatureDatabase, name: string): Place {
  const folder = join(bench.aside, `clamd-${name}`)
  mkdirSync(folder, { recursive: true })
  // A path of its own: those of sockets are short.
  const short = mkdtempSync(join(tmpdir(), 'hb-'))
  bench.cleanUp.add(() => {
    rmSync(short, { recursive: true, force: true })
  })
  const config = join(folder, 'clamd.conf')
  const socket = join(short, 'clamd.sock')
  const lines = [
    `DatabaseDirectory ${database.folder}`,
    `LocalSocket ${socket}`,
    'LocalSocketMode 600',
    'Foreground yes',
    'SelfCheck 0',
    `MaxThreads ${manyInstances}`,
    // A file is scanned again in the next round.
    'DisableCache yes',
    ...(process.getuid?.() === 0 ? ['User root'] : []),
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  return { config, socket }
}

async function started(bench: Bench, { config, socket }: Place): Promise<Daemon> {
  const daemon = startDaemon(bench.cleanUp, clamd, ['--config-file', config])
  await whenReady(daemon, () => existsSync(socket), loadTimeoutMs)
  return daemon
}

async function startOnce(
  bench: Bench,
  database: SignatureDatabase,
  sample: readonly string[],
): Promise<Start> {
  const place = placeOf(bench, database, 'once')
  const before = performance.now()
  const daemon = await started(bench, place)
  const openMs = performance.now() - before
  try {
    await scanOne(place, sample[0] ?? '')
    const firstMs = performance.now() - before
    for (const file of sample) await scanOne(place, file)
    return { openMs, firstMs, rss: rssBytes(daemon.pid) }
  } finally {
    await daemon.stop()
  }
}

async function scanEach(place: Place, files: readonly string[]): Promise<number[]> {
  const each: number[] = []
  for (const file of files) {
    const before = performance.now()
    await scanOne(place, file)
    each.push(performance.now() - before)
  }
  return each
}

async function scanOne({ socket }: Place, file: string): Promise<void> {
  const connection = connect(socket)
  connection.resume()
  connection.end(`zSCAN ${file}\0`)
  await once(connection, 'close')
}

/** Lines of `PATH: NAME FOUND`. */
function detectionsOf(output: string, files: readonly string[]): string[][] {
  const byFile = new Map(files.map((file): [string, string[]] => [file, []]))
  for (const line of output.split('\n')) {
    const match = /^(.+): (\S+) FOUND$/.exec(line)
    if (match !== null) byFile.get(match[1] ?? '')?.push(match[2] ?? '')
  }
  return [...byFile.values()]
}
