import assert from 'node:assert/strict'
import { fstatSync, readlinkSync, readSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { randomBytes } from '../../../test/support/random.ts'
import { StreamSpool } from './stream-spool.ts'

async function contentOf(spool: StreamSpool): Promise<{ kind: string; bytes: Buffer }> {
  const target = await spool.target()
  if (target.kind === 'bytes') return { kind: 'bytes', bytes: Buffer.from(target.bytes) }
  assert.ok(target.kind === 'descriptor')
  const bytes = Buffer.alloc(fstatSync(target.fd).size)
  readSync(target.fd, bytes, 0, bytes.length, 0)
  return { kind: 'descriptor', bytes }
}

for (const [size, kind] of [
  [0, 'bytes'],
  [1, 'bytes'],
  [8192, 'bytes'],
  [65_536 + 8192, 'bytes'],
  [1024 * 1024, 'bytes'],
  [1024 * 1024 + 65_536, 'descriptor'],
  [2_500_000, 'descriptor'],
] as const) {
  test(`${size} bytes come back as they were, as ${kind}`, async () => {
    const sent = Buffer.from(randomBytes(size, size))
    using spool = new StreamSpool()
    for (let offset = 0, step = 1; offset < size; offset += step, step = (step * 7 + 3) % 100_000) {
      await spool.add(sent.subarray(offset, offset + step))
    }
    assert.equal(spool.size, size)
    const { kind: actual, bytes } = await contentOf(spool)
    assert.equal(actual, kind)
    assert.ok(bytes.equals(sent))
  })
}

test('the file has no name, is for us alone, and is closed with the spool', async () => {
  const spool = new StreamSpool()
  await spool.add(Buffer.alloc(3_000_000))
  const target = await spool.target()
  assert.ok(target.kind === 'descriptor')
  const { fd } = target
  assert.equal(fstatSync(fd).nlink, 0)
  assert.equal(fstatSync(fd).mode & 0o777, 0o600)
  const link = readlinkSync(`/proc/self/fd/${fd}`)
  spool[Symbol.dispose]()
  spool[Symbol.dispose]()
  for (let tries = 0; tries < 100 && isOpen(fd, link); tries++) await delay(10)
  assert.equal(isOpen(fd, link), false)
})

function isOpen(fd: number, link: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === link
  } catch {
    return false
  }
}

test('when many streams are held, further ones go to files at once', async () => {
  const spools: StreamSpool[] = []
  const kinds: string[] = []
  try {
    for (let index = 0; index < 80; index++) {
      const spool = new StreamSpool()
      spools.push(spool)
      await spool.add(Buffer.alloc(1024 * 1024))
    }
    for (const spool of spools) kinds.push((await spool.target()).kind)
  } finally {
    for (const spool of spools) spool[Symbol.dispose]()
  }
  const inMemory = kinds.filter((kind) => kind === 'bytes').length
  assert.ok(inMemory >= 60 && inMemory <= 68, `${inMemory} MiB`)
  assert.equal(kinds.filter((kind) => kind === 'descriptor').length, 80 - inMemory)
  using again = new StreamSpool()
  await again.add(Buffer.alloc(1024 * 1024))
  assert.equal((await again.target()).kind, 'bytes')
})
