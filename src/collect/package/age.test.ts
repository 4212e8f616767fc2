// Encrypted packages, with Debian's `age` in both directions.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { generateIdentity, identityToRecipient } from 'age-encryption'

import {
  fileItem,
  memorySink,
  packageOf,
  piecesOf,
  stepOf,
  writeSteps,
} from '../../../test/support/collect-package.ts'
import { must } from '../../../test/support/must.ts'
import { decrypted, encryptingSink } from './age.ts'
import { openPackage, readIdentities, verifyPackage } from './index.ts'
import { requirePrograms } from '../../../test/support/programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'haechi-package-test-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const identity = await generateIdentity()
const other = await generateIdentity()
const recipients = [await identityToRecipient(identity), await identityToRecipient(other)]
const content = randomBytes(2_000_000)
const items = [
  fileItem({ path: '/etc/secret', content }),
  { kind: 'rows', name: 'rows', rows: [{ a: 1 }] },
] as const

test('each recipient can verify and open it, nobody else can', async () => {
  const bytes = await packageOf(items, { recipients })
  assert.equal(bytes.includes('haechi'), false)
  for (const key of [identity, other]) {
    const result = await verifyPackage(piecesOf(bytes), { identities: [key] })
    assert.equal(result.isRight, true)
    assert.equal(result.isEncrypted, true)
  }
  await assert.rejects(verifyPackage(piecesOf(bytes)), /encrypted/)
  const stranger = await generateIdentity()
  await assert.rejects(verifyPackage(piecesOf(bytes), { identities: [stranger] }), /cannot be decrypted/)
  const path = join(folder, 'a.age')
  writeFileSync(path, bytes)
  await assert.rejects(openPackage(path), /encrypted/)
  await assert.rejects(openPackage(path, { identities: [stranger] }), /cannot be decrypted/)
  const temporary = join(folder, 'temporary')
  mkdirSync(temporary)
  using opened = await openPackage(path, { identities: [stranger, identity], temporary })
  assert.deepEqual(readdirSync(temporary), [], 'what it was decrypted to has no name')
  using source = must(must(opened.trees[0]).open('/etc/secret'))
  assert.deepEqual(Buffer.from(source.read(0, 3_000_000)), content)
  assert.deepEqual([...opened.rows('rows')], [{ a: 1 }])
})

test('one that is cut off or changed is told, and what came before is read', async () => {
  const bytes = await packageOf(items, { recipients })
  const cutOff = bytes.subarray(0, 1_500_000)
  const result = await verifyPackage(piecesOf(cutOff), { identities: [identity] })
  assert.equal(result.isRight, false)
  assert.equal(must(result.findings[0]).kind, 'cut-off')
  const changed = Buffer.from(bytes)
  changed[1_000_000] = (changed[1_000_000] ?? 0) ^ 1
  assert.equal((await verifyPackage(piecesOf(changed), { identities: [identity] })).isRight, false)
  const path = join(folder, 'cut.age')
  writeFileSync(path, cutOff)
  using opened = await openPackage(path, { identities: [identity] })
  assert.equal(opened.isWhole, false)
  using source = must(must(opened.trees[0]).open('/etc/secret'))
  assert.ok(source.size > 900_000 && source.size < 1_500_000)
  assert.deepEqual(Buffer.from(source.read(0, source.size)), content.subarray(0, source.size))
})

test('a recipient that is none is refused before anything is collected', async () => {
  const sink = memorySink()
  const step = stepOf('files', () => assert.fail('nothing may be collected'))
  await assert.rejects(writeSteps([step], sink, { recipients: ['age1nonsense'] }), /no public key of age/)
  assert.equal(sink.bytes().length, 0)
})

test("Debian's age reads what we encrypt, and we read what it encrypts", async (t) => {
  const keys = join(folder, 'keys.txt')
  if (!requirePrograms(t, { '/usr/bin/age-keygen': 'age' })) return
  execFileSync('age-keygen', ['-o', keys], { stdio: 'ignore' })
  const [key = ''] = readIdentities(keys)
  const recipient = await identityToRecipient(key)
  const path = join(folder, 'ours.age')
  writeFileSync(path, await packageOf(items, { recipients: [recipient] }))
  const plain = spawnSync('age', ['-d', '-i', keys, path], { maxBuffer: 1e8 })
  assert.equal(plain.status, 0, plain.stderr.toString())
  assert.equal((await verifyPackage(piecesOf(plain.stdout))).isRight, true)

  const input = await packageOf(items)
  const theirs = spawnSync('age', ['-r', recipient], { input, maxBuffer: 1e8 })
  assert.equal(theirs.status, 0, theirs.stderr.toString())
  const result = await verifyPackage(piecesOf(theirs.stdout), { identities: [key] })
  assert.equal(result.isRight, true)
  assert.equal(result.isEncrypted, true)
  assert.match(readFileSync(keys, 'latin1'), /AGE-SECRET-KEY-/)
})

test('a payload of any length, whole pieces too, is what age makes of it', async (t) => {
  const keys = join(folder, 'lengths.txt')
  if (!requirePrograms(t, { '/usr/bin/age-keygen': 'age' })) return
  execFileSync('age-keygen', ['-o', keys], { stdio: 'ignore' })
  const [key = ''] = readIdentities(keys)
  for (const length of [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000]) {
    const plain = randomBytes(length)
    const sink = memorySink()
    const encrypting = await encryptingSink(sink, [await identityToRecipient(key)])
    for await (const piece of piecesOf(plain, 10_000)) await encrypting.write(piece)
    await encrypting.finish()
    const theirs = spawnSync('age', ['-d', '-i', keys], { input: sink.bytes(), maxBuffer: 1e7 })
    assert.deepEqual(theirs.stdout, plain, `${length} bytes`)
    const ours: Uint8Array[] = []
    for await (const piece of decrypted(piecesOf(sink.bytes(), 777), [key])) ours.push(piece)
    assert.deepEqual(Buffer.concat(ours), plain)
  }
})
