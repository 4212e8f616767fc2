// Compressed archives, rebuilt, as other decoders read them.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'

import { Curer } from '../../../../test/support/cured.ts'
import { eicar } from '../../../../test/support/samples.ts'
import { withScratch } from '../../../../test/support/scratch.ts'
import { tarOf } from '../../../../test/support/tar-writer.ts'
import { randomBytes } from '../../../../test/support/random.ts'

type Coder = (bytes: Uint8Array) => Buffer

const python =
  (call: string): Coder =>
  (input) =>
    execFileSync(
      'python3',
      ['-c', `import sys,bz2,lzma\nsys.stdout.buffer.write(${call}(sys.stdin.buffer.read()))`],
      {
        input,
        maxBuffer: 1 << 26,
      },
    )

const coders: readonly (readonly [id: string, pack: Coder, unpack: Coder])[] = [
  ['bzip2', python('bz2.compress'), python('bz2.decompress')],
  ['xz', python('lzma.compress'), python('lzma.decompress')],
  ['zstd', (bytes) => zstdCompressSync(bytes), (bytes) => zstdDecompressSync(bytes)],
]

const noise = Buffer.from(randomBytes(300_000, 1)).toString('latin1')
const good = [
  { name: 'noise', data: noise },
  { name: 'text', data: 'text '.repeat(1000) },
]
const bad = { name: 'eicar.com', data: eicar }

for (const [id, pack, unpack] of coders) {
  test(`${id}: the archive inside loses its member and is compressed anew`, (t) => {
    const curer = new Curer(withScratch(t))
    const { changes, after } = curer.cure(pack(tarOf([...good, bad])))
    assert.deepEqual(changes, ['removed eicar.com'])
    assert.deepEqual(unpack(after), Buffer.from(tarOf(good)))
    assert.equal(curer.scan(after).status, 'clean')
  })

  test(`${id}: several streams become one`, (t) => {
    const whole = Buffer.from(tarOf([bad, ...good]))
    const streams = [whole.subarray(0, 700), whole.subarray(700)].map(pack)
    const { after } = new Curer(withScratch(t)).cure(Buffer.concat(streams))
    assert.deepEqual(unpack(after), Buffer.from(tarOf(good)))
  })

  test(`${id}: content that is bad as a whole, and data behind it, are refused`, (t) => {
    const curer = new Curer(withScratch(t))
    const appended = Buffer.concat([pack(tarOf([bad, ...good])), Buffer.from('appended')])
    for (const bytes of [pack(Buffer.from(eicar)), appended]) {
      assert.equal(curer.cure(bytes).outcome.kind, 'refused')
    }
    assert.equal(curer.cure(pack(tarOf(good))).outcome.kind, 'unchanged')
  })
}
