import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { must } from '../../../test/support/must.ts'
import { compressPrefetch, type PrefetchSpec, writePrefetch } from '../../../test/support/prefetch-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { type Prefetch, readPrefetch } from './prefetch.ts'

const volume = '\\VOLUME{01d1217a9c4c6779-8c9f49ec}'
const spec: Omit<PrefetchSpec, 'version' | 'runs'> = {
  executable: 'CMD.EXE',
  hash: 0x087b4001,
  runCount: 12,
  files: [`${volume}\\WINDOWS\\SYSTEM32\\NTDLL.DLL`, `${volume}\\WINDOWS\\SYSTEM32\\CMD.EXE`],
  volume: {
    path: volume,
    created: '2015-11-17T20:57:46.2434681Z',
    serial: 0x0c9f49ec,
    directories: [`${volume}\\WINDOWS`, `${volume}\\WINDOWS\\SYSTEM32`],
  },
}
const runs = ['2016-01-13T18:06:55.3344577Z', '2016-01-13T17:48:16.3388424Z', '2016-01-12T00:00:00.0000000Z']

function read(bytes: Uint8Array): { prefetch: Prefetch | undefined; notes: string[] } {
  const notes = new Notes()
  const prefetch = readPrefetch(memorySource(bytes), notes)
  return { prefetch, notes: notes.kept.map(({ text }) => text) }
}

for (const version of [17, 23, 26, 30, 31] as const) {
  for (const isLater of version === 30 ? [false, true] : [version === 31]) {
    test(`version ${version}${isLater ? ', later form' : ''}: program, runs, volume and files`, () => {
      const told = version < 26 ? runs.slice(0, 1) : runs
      const bytes = writePrefetch({ ...spec, version, isLater, runs: told })
      const { prefetch, notes } = read(bytes)
      assert.deepEqual(notes, [])
      const reference = (mftEntry: number): object => (version === 17 ? {} : { mftEntry, mftSequence: 3 })
      assert.deepEqual(prefetch, {
        version,
        compressed: false,
        executable: 'CMD.EXE',
        hash: '087B4001',
        path: `${volume}\\WINDOWS\\SYSTEM32\\CMD.EXE`,
        runCount: 12,
        lastRunTimes: told,
        volumes: [
          {
            devicePath: volume,
            created: '2015-11-17T20:57:46.2434681Z',
            serialNumber: '0C9F49EC',
            directories: spec.volume.directories,
            fileReferences: 2,
          },
        ],
        files: spec.files.map((path, index) => ({
          path,
          startMs: index,
          durationMs: 5,
          flags: 2,
          ...reference(index + 40),
        })),
      })
      assert.deepEqual(read(compressPrefetch(bytes)).prefetch, { ...must(prefetch), compressed: true })
      assert.deepEqual(read(compressPrefetch(bytes, { hasChecksum: true })).prefetch, {
        ...must(prefetch),
        compressed: true,
      })
    })
  }
}

test('a name of 29 characters may be cut off: the path is that of the file that begins so', () => {
  const executable = 'AM_DELTA_PATCH_1.443.990.0.EX'
  const files = [`${volume}\\AM_DELTA_PATCH_1.443.990.0.EXE`]
  assert.equal(
    read(writePrefetch({ ...spec, version: 31, runs, executable, files })).prefetch?.path,
    files[0],
  )
})

test('cut off anywhere, it gives what is there and says so', () => {
  const bytes = writePrefetch({ ...spec, version: 30, runs })
  for (let length = 84; length < bytes.length; length += 1) {
    const { prefetch, notes } = read(bytes.subarray(0, length))
    assert.equal(prefetch?.executable, 'CMD.EXE')
    assert.ok(notes.length > 0, `nothing is said at ${length}`)
  }
  assert.equal(read(bytes.subarray(0, 83)).prefetch, undefined)
})

test('compressed and cut off, the header still tells the program', () => {
  const bytes = compressPrefetch(writePrefetch({ ...spec, version: 30, runs }))
  const { prefetch, notes } = read(bytes.subarray(0, -200))
  assert.equal(prefetch?.executable, 'CMD.EXE')
  assert.match(notes[0] ?? '', /^the compressed data end early; \d+ of \d+ bytes came out$/)
})

test('what is none is told', () => {
  assert.deepEqual(read(Buffer.alloc(200)), { prefetch: undefined, notes: ['this is no prefetch file'] })
  const unknown = writePrefetch({ ...spec, version: 30, runs })
  unknown.writeUInt32LE(99)
  assert.deepEqual(read(unknown).notes, ['prefetch files of version 99 are not known'])
  assert.match(read(Buffer.from('MAM\u0003aaaaaaaa')).notes[0] ?? '', /method 3 is not known/)
})

test('hostile counts cost no more than the file is long', () => {
  const bytes = writePrefetch({ ...spec, version: 30, runs })
  for (const field of [88, 112]) {
    const hostile = Buffer.from(bytes)
    hostile.writeUInt32LE(0xffffffff, field)
    const { prefetch, notes } = read(hostile)
    assert.ok((prefetch?.files.length ?? 0) + (prefetch?.volumes.length ?? 0) < 50)
    assert.ok(notes.some((note) => note.includes('is cut off')))
  }
  assert.ok(read(Buffer.from('MAM\u0004\xff\xff\xff\xff', 'latin1')).notes.length > 0)
})

test('any change of any byte is survived', () => {
  const plain = writePrefetch({ ...spec, version: 30, runs })
  const samples = [plain, compressPrefetch(plain)]
  const changes = fc.array(fc.tuple(fc.nat(plain.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.constantFrom(...samples), changes, (sample, list) => {
      const bytes = Buffer.from(sample)
      for (const [at, value] of list) bytes[at % bytes.length] = value
      JSON.stringify(read(bytes))
    }),
    { numRuns: 300 },
  )
})
