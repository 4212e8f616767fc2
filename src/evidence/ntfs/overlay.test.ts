import assert from 'node:assert/strict'
import { test } from 'node:test'

import { u32 } from '../../../test/support/artefact-fields.ts'
import { requirePrograms } from '../../../test/support/programs.ts'
import { randomBytes } from '../../../test/support/random.ts'
import { type OverlayAlgorithm, wimResource } from '../../../test/support/wim-resource.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { overlaySource } from './overlay.ts'

const algorithms = ['xpress4k', 'lzx', 'xpress8k', 'xpress16k'] as const satisfies OverlayAlgorithm[]

function reparse(algorithm: number, provider = 2): Buffer {
  return Buffer.concat([u32(0x80000017, 16), u32(1, provider, 1, algorithm)])
}

/** Text, a program's calls, what does not become smaller, and long repetitions. */
function content(): Buffer {
  const text = Array.from({ length: 3000 }, (_, line) => `line ${line} of ${line * line}\r\n`).join('')
  const calls = Array.from({ length: 4000 }, (_, index) =>
    Buffer.concat([Buffer.of(0xe8), u32(0x2000 - index * 9), Buffer.of(index & 0xff, 0x90, 0xc3, 1)]),
  )
  return Buffer.concat([
    Buffer.from(text),
    ...calls,
    randomBytes(40_000, 3),
    Buffer.alloc(70_000, 'ab'),
    randomBytes(777, 4),
  ])
}

for (const [index, algorithm] of algorithms.entries()) {
  test(`${algorithm}: what another program compressed comes out again, from anywhere`, (t) => {
    if (!requirePrograms(t, { '/usr/bin/wimcapture': 'wimtools' })) return
    const bytes = content()
    const notes = new Notes()
    const compressed = memorySource(wimResource(bytes, algorithm))
    const source = overlaySource(compressed, reparse(index), { size: bytes.length, path: '/a', notes })
    assert.ok(source !== undefined)
    assert.ok(Buffer.from(source.read(0, bytes.length)).equals(bytes))
    for (const at of [0, 4095, 32_760, 100_000, bytes.length - 5])
      assert.ok(Buffer.from(source.read(at, 50_000)).equals(bytes.subarray(at, at + 50_000)))
    assert.equal(source.read(bytes.length, 10).length, 0)
    assert.deepEqual(notes.kept, [])
  })

  test(`${algorithm}: damage costs a chunk and is said once`, (t) => {
    if (!requirePrograms(t, { '/usr/bin/wimcapture': 'wimtools' })) return
    const bytes = Buffer.from('some words that repeat, some words that do. '.repeat(6000))
    const resource = wimResource(bytes, algorithm)
    const whole = Buffer.from(resource)
    // The second chunk: codes that do not fit together.
    const chunkBytes = 4096 * ([1, 8, 2, 4][index] ?? 1)
    const chunks = Math.ceil(bytes.length / chunkBytes)
    const start = 4 * (chunks - 1) + resource.readUInt32LE(0)
    whole.fill(0xff, start, start + 20)
    const notes = new Notes()
    const source = overlaySource(memorySource(whole), reparse(index), {
      size: bytes.length,
      path: '/a',
      notes,
    })
    const read = Buffer.from(source?.read(0, bytes.length) ?? [])
    assert.equal(read.length, bytes.length)
    assert.ok(read.subarray(0, 4096).equals(bytes.subarray(0, 4096)))
    assert.ok(read.subarray(-2000).equals(bytes.subarray(-2000)))
    assert.equal(notes.kept.length, 1)
  })
}

test('other providers and algorithms are not guessed at', () => {
  const place = { size: 10, path: '/a', notes: new Notes() }
  assert.equal(overlaySource(memorySource(Buffer.alloc(10)), reparse(0, 1), place), undefined)
  assert.equal(overlaySource(memorySource(Buffer.alloc(10)), reparse(4), place), undefined)
  assert.equal(overlaySource(memorySource(Buffer.alloc(10)), reparse(0).subarray(0, 20), place), undefined)
})
