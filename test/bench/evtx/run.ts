// haechi --run test/bench/evtx/run.ts: how fast event logs are read, beside libevtx's evtxexport (package libevtx-utils), on one
// dense log of 30 MB put together from chunks of the evidence corpus, or of generated ones where that is not here; and how
// long all Sigma rules take over every log of the corpus, with the memory that needs.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type EvtxRecord, readEvtx, windowsEvent } from '../../../src/evidence/evtx/index.ts'
import { Notes } from '../../../src/evidence/note.ts'
import { memorySource } from '../../../src/evidence/source.ts'
import { ChunkWriter, eventRecord, logFile } from '../../support/evtx-writer.ts'
import { evalData } from '../../support/eval-data.ts'

const data = evalData()
const archive = join(data, 'windows', 'evidence-tuning.tar.xz')
const wantedBytes = 30_000_000
const chunkBytes = 65_536
const rounds = 5

const folder = mkdtempSync(join(tmpdir(), 'haechi-bench-evtx-'))
try {
  const logs = corpusLogs()
  const file = join(folder, 'dense.evtx')
  writeFileSync(file, denseLog(logs))
  readers(readFileSync(file))
  oracle(file)
  if (logs.length > 0) sigma(logs)
} finally {
  rmSync(folder, { recursive: true })
}

function corpusLogs(): string[] {
  if (!existsSync(archive)) return []
  execFileSync('tar', ['xf', archive, '-C', folder])
  return globSync(join(folder, '**', '*.evtx')).toSorted()
}

/** Chunks that are nearly full, again and again. */
function denseLog(logs: readonly string[]): Buffer {
  // evtxexport gives up at the records of CAPI2.
  const chunks = logs.filter((log) => !log.includes('CAPI2')).flatMap((log) => fullChunks(readFileSync(log)))
  if (chunks.length === 0) chunks.push(generatedChunk())
  const count = Math.ceil(wantedBytes / chunkBytes)
  return logFile(
    Array.from({ length: count }, (_, index) => chunks[index % chunks.length] ?? generatedChunk()),
  )
}

function fullChunks(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 4096; at + chunkBytes <= bytes.length; at += chunkBytes) {
    const isFull = bytes.readUInt32LE(at + 48) > 60_000 && bytes.readUInt32LE(at + 48) < chunkBytes
    if (bytes.toString('latin1', at, at + 7) === 'ElfChnk' && isFull)
      chunks.push(bytes.subarray(at, at + chunkBytes))
  }
  return chunks
}

function generatedChunk(): Buffer {
  const chunk = new ChunkWriter()
  const values = {
    NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
    CommandLine: 'cmd.exe /c ver',
    NewProcessId: '0x1f4',
  }
  for (let id = 1; chunk.end < 64_000; id += 1)
    chunk.add(eventRecord(id, { channel: 'Security', eventId: 4688, data: values }))
  return chunk.bytes()
}

function readers(bytes: Buffer): void {
  const ways: readonly (readonly [string, (record: EvtxRecord) => unknown])[] = [
    ['channel and number', (record) => [record.system('channel'), record.system('eventId')]],
    ['objects', (record) => record.event()],
    ['our events', (record) => windowsEvent(record)],
    ['JSON', (record) => JSON.stringify(record.event())],
    ['XML', (record) => record.xml()],
  ]
  for (const [name, read] of ways) {
    const each = Array.from({ length: rounds }, () => {
      const before = process.cpuUsage()
      let records = 0
      for (const record of readEvtx(memorySource(bytes), { notes: new Notes() })) {
        read(record)
        records += 1
      }
      const { user, system } = process.cpuUsage(before)
      return { seconds: (user + system) / 1e6, records }
    }).toSorted((a, b) => a.seconds - b.seconds)
    const { seconds, records } = each[0] ?? { seconds: Number.NaN, records: 0 }
    tell(name, { bytes: bytes.length, seconds, records })
  }
}

function oracle(file: string): void {
  const { status, stderr } = spawnSync('bash', ['-c', 'time evtxexport -f xml "$0" > /dev/null', file], {
    encoding: 'utf8',
    env: { ...process.env, TIMEFORMAT: '%U %S' },
  })
  const [, user = '', system = ''] = /([\d.]+) ([\d.]+)\s*$/.exec(stderr) ?? []
  if (status === 0)
    tell('libevtx to XML', { bytes: readFileSync(file).length, seconds: Number(user) + Number(system) })
  else console.log('libevtx: evtxexport is not here (apt-get install libevtx-utils)')
}

/** Over the corpus, over it twice (139 MB and more), and eight times: memory has to stay as it is. */
function sigma(logs: readonly string[]): void {
  const rules = globSync(join(data, 'sigma', 'rules*')).flatMap((path) => ['--sigma', path])
  if (rules.length === 0) return
  const bytes = logs.reduce((sum, log) => sum + readFileSync(log).length, 0)
  const program = join(import.meta.dirname, '../../../bin/haechi')
  const args = [program, 'evtx', ...rules, '--level', 'informational', '--quiet', '--json']
  for (const times of [1, 2, 8]) {
    const all = Array.from({ length: times }, (_, copy) => copiesOf(logs, copy)).flat()
    const started = performance.now()
    const { stdout, stderr } = spawnSync('/usr/bin/time', ['-f', '%U %M', ...args, ...all], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    const seconds = (performance.now() - started) / 1000
    const [, cpu = '', kilobytes = ''] = /([\d.]+) (\d+)\s*$/.exec(stderr) ?? []
    const detections = stdout.split('\n').filter((line) => line.includes('"evtx-detection"')).length
    console.log(
      `all Sigma rules over ${all.length} logs, ${((bytes * times) / 1e6).toFixed(0)} MB: ${seconds.toFixed(1)} s, ${cpu} CPU s, ${Math.round(Number(kilobytes) / 1024)} MiB of memory, ${detections} detections`,
    )
  }
}

/** The same logs under other names: a file that is named twice is read once. */
function copiesOf(logs: readonly string[], copy: number): readonly string[] {
  return logs.map((log, index) => {
    const name = join(folder, `copy-${copy}-${index}.evtx`)
    if (!existsSync(name)) linkSync(log, name)
    return name
  })
}

function tell(
  name: string,
  { bytes, seconds, records }: { bytes: number; seconds: number; records?: number },
): void {
  const rate =
    records === undefined ? '' : `, ${Math.round(records / seconds).toLocaleString('en')} records/s`
  console.log(`${name}: ${(bytes / 1e6 / seconds).toFixed(1)} MB per CPU second${rate}`)
}
