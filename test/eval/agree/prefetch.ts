// Prefetch files against libscca's sccainfo (package libscca-utils), field by field, and how fast they are read.

import { readFileSync } from 'node:fs'

import { Notes } from '../../../src/evidence/note.ts'
import { type Prefetch, readPrefetch } from '../../../src/evidence/prefetch/index.ts'
import { memorySource } from '../../../src/evidence/source.ts'
import { evidenceFiles, libyalTime, oracle } from './evidence-files.ts'

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  using corpus = evidenceFiles()
  const files = corpus?.files(/\.pf$/i) ?? []
  const contents = files.map((file) => readFileSync(file))
  const figures = { files: files.length, read: 0, oracleReads: 0, bothRead: 0, equal: 0 }
  const different: string[] = []
  for (const [index, file] of files.entries()) {
    const record = readPrefetch(memorySource(contents[index] ?? new Uint8Array(0)), new Notes())
    const text = oracle('sccainfo', file)
    if (record !== undefined) figures.read += 1
    if (text === undefined) continue
    figures.oracleReads += 1
    if (record !== undefined) figures.bothRead += 1
    if (record !== undefined && JSON.stringify(ours(record)) === JSON.stringify(theirs(text)))
      figures.equal += 1
    else different.push(file)
  }
  return {
    name: 'prefetch against libscca',
    figures: { ...figures, different: different.join(' '), filesPerCpuSecond: speed(contents) },
  }
}

function ours(record: Prefetch): object {
  return {
    version: String(record.version),
    hash: record.hash.toLowerCase(),
    executable: record.executable,
    runCount: String(record.runCount),
    runs: record.lastRunTimes,
    files: record.files.map(({ path }) => path),
    volumes: record.volumes.map((volume) => [
      volume.devicePath,
      volume.created,
      volume.serialNumber.toLowerCase(),
    ]),
  }
}

function theirs(text: string): object {
  const all = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, value = '']) => value)
  const one = (pattern: RegExp): string => all(pattern)[0] ?? ''
  const paths = all(/^\tDevice path\t+: (.*)$/gm)
  const created = all(/^\tCreation time\t+: (.*)$/gm)
  const serials = all(/^\tSerial number\t+: 0x(.*)$/gm)
  return {
    version: one(/^\tFormat version\t+: (\d+)$/gm),
    hash: one(/^\tPrefetch hash\t+: 0x(.*)$/gm),
    executable: one(/^\tExecutable filename\t+: (.*)$/gm),
    runCount: one(/^\tRun count\t+: (\d+)$/gm),
    runs: all(/^\tLast run time:(?: \d+)?\t+: (.*)$/gm)
      .filter((time) => !time.startsWith('Not set'))
      .map(libyalTime),
    files: all(/^\tFilename: \d+\t+: (.*)$/gm),
    volumes: paths.map((path, index) => [path, libyalTime(created[index] ?? ''), serials[index]]),
  }
}

function speed(contents: readonly Uint8Array[]): number {
  const started = process.cpuUsage()
  let count = 0
  for (let round = 0; round < 20; round++) {
    for (const bytes of contents) readPrefetch(memorySource(bytes), new Notes())
    count += contents.length
  }
  const { user, system } = process.cpuUsage(started)
  return Math.round(count / ((user + system) / 1e6))
}

if (import.meta.main) console.log(await agree())
