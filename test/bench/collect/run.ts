// haechi --run test/bench/collect/run.ts: how fast a collection is written, beside GNU tar with zstd, over the same 2 GB of mixed
// files in the same run; how much memory that takes; how fast it is verified; what encryption costs.
//   --bytes N   how much is collected (2,000,000,000 unless told)   --rounds N   the best of so many (3)

import { spawnSync } from 'node:child_process'
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { generateIdentity, identityToRecipient } from 'age-encryption'

import { openHostFile } from '../../../src/collect/package/host-file.ts'
import { fileSink, verifyPackage } from '../../../src/collect/package/index.ts'
import type { CollectItem } from '../../../src/collect/step.ts'
import { stepOf, writeSteps } from '../../support/collect-package.ts'
import { Random } from '../match/random.ts'

const { values } = parseArgs({
  options: { bytes: { type: 'string', default: '2000000000' }, rounds: { type: 'string', default: '3' } },
})
const wantedBytes = Number(values.bytes)
const rounds = Number(values.rounds)
const folder = mkdtempSync(join(tmpdir(), 'haechi-bench-collect-'))
try {
  await run()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  const data = join(folder, 'data')
  const count = makeFiles(data)
  console.log(`${count} files, ${mb(wantedBytes)}`)
  const identity = await generateIdentity()
  const recipients = [await identityToRecipient(identity)]
  const best = { tar: Infinity, ours: Infinity, encrypted: Infinity, verify: Infinity }
  const paths = {
    tar: join(folder, 'tar.zst'),
    ours: join(folder, 'ours.zst'),
    age: join(folder, 'ours.age'),
  }
  const sizes = { tar: 0, ours: 0 }
  let rss = 0
  let tarCpu = Infinity
  const cpu = { tar: Infinity, ours: Infinity, encrypted: Infinity, verify: Infinity }
  const acts: Readonly<Record<keyof typeof best, () => Promise<void> | void>> = {
    tar: () => {
      const script = 'TIMEFORMAT="%U %S"; time tar --zstd -cf "$1" -C "$2" data'
      const { stderr } = spawnSync('bash', ['-c', script, 'bash', paths.tar, folder], { encoding: 'utf8' })
      tarCpu = Math.min(
        tarCpu,
        stderr
          .trim()
          .split(' ')
          .map(Number)
          .reduce((sum, part) => sum + part, 0),
      )
    },
    ours: async () => {
      rss = Math.max(rss, await collect(data, paths.ours, []))
    },
    encrypted: async () => {
      rss = Math.max(rss, await collect(data, paths.age, recipients))
    },
    verify: async () => {
      const { isRight, findings } = await verifyPackage(paths.ours)
      if (!isRight) throw new Error(JSON.stringify(findings))
    },
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['tar', 'ours', 'encrypted', 'verify'] as const) {
      const before = process.cpuUsage()
      best[name] = Math.min(best[name], await seconds(acts[name]))
      const { user, system } = process.cpuUsage(before)
      cpu[name] = Math.min(cpu[name], (user + system) / 1e6)
    }
    sizes.tar = statSync(paths.tar).size
    sizes.ours = statSync(paths.ours).size
    for (const path of Object.values(paths)) rmSync(path)
  }
  cpu.tar = tarCpu
  const line = (name: keyof typeof best, title: string): void =>
    console.log(
      `${title.padEnd(44)} ${best[name].toFixed(2)} s, ${mb(wantedBytes / best[name])}/s, ${(best.tar / best[name]).toFixed(2)} × tar; ` +
        `${cpu[name].toFixed(2)} CPU s, ${(cpu.tar / cpu[name]).toFixed(2)} × tar`,
    )
  line('tar', `tar --zstd -cf, ${mb(sizes.tar)}`)
  line('ours', `collect, ${mb(sizes.ours)}, signed, SHA-256 of all`)
  line('encrypted', 'collect, encrypted')
  line('verify', 'verify')
  console.log(`largest resident set while collecting: ${mb(rss)}`)
}

/** Three quarters text and programs of this machine, one quarter random; sizes from 1 KB to 100 MB. */
function makeFiles(into: string): number {
  const random = new Random(7)
  const source = openSync(process.execPath, 'r')
  const sourceBytes = statSync(process.execPath).size
  let left = wantedBytes
  let count = 0
  while (left > 0) {
    const size = Math.min(left, Math.floor(1000 * 10 ** (random.fraction() ** 3 * 5)))
    const sub = join(into, String(count % 100))
    mkdirSync(sub, { recursive: true })
    const fd = openSync(join(sub, `f${count}`), 'w')
    const isRandom = random.fraction() < 0.25
    for (let at = 0; at < size;) {
      const length = Math.min(size - at, 1_048_576)
      const piece = isRandom ? random.bytes(length) : Buffer.alloc(length)
      if (!isRandom) readSync(source, piece, 0, length, random.between(0, sourceBytes - length))
      writeSync(fd, piece)
      at += piece.length
    }
    closeSync(fd)
    left -= size
    count += 1
  }
  closeSync(source)
  return count
}

/** Returns the largest resident set, in bytes. */
async function collect(data: string, path: string, recipients: readonly string[]): Promise<number> {
  let rss = 0
  await writeSteps([stepOf('files', () => filesBelow(data))], await fileSink(path), {
    recipients,
    limits: { maxBytes: 1e13, maxFileBytes: 1e12, maxMs: 600_000, maxFileMs: 600_000 },
    progress: () => {
      rss = Math.max(rss, process.memoryUsage.rss())
    },
  })
  return rss
}

function* filesBelow(data: string): Generator<CollectItem> {
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { size, mode, uid, gid, ino, mtime } = lstatSync(path)
    const times = { modified: mtime.toISOString() }
    yield {
      kind: 'file',
      file: { path, kind: 'file', size, mode, uid, gid, inode: ino, times },
      open: () => openHostFile(path),
    }
  }
}

async function seconds(act: () => Promise<void> | void): Promise<number> {
  const start = performance.now()
  await act()
  return (performance.now() - start) / 1000
}

function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
