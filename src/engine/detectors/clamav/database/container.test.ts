// Containers: one made by sigtool 1.4.6 (`--unsigned --build`), and signed ones made here with keys of their own, because the
// private keys of ClamAV are not public.

import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import * as fc from 'fast-check'

import { type ContainerKind, readContainer } from './container.ts'
import { readDatabase } from './read-database.ts'
import type { ContainerKeys, RsaPublicKey } from './signature.ts'

const goldHeader =
  'ClamAV-VDB:22 Nov 2026 04-22 +0000:7:2:216:ce8ab5994bcd722ce51dd9541f19d797:X:builder:1795321334'
const gold = Buffer.concat([
  Buffer.from(goldHeader.padEnd(512)),
  Buffer.from(
    `H4sIAAAAAAACA+2WsW5bMQxFM/srPLfIg0iRFKWtTYG0S9ohCJJREqlnA64NxGm/v0OBTnVHG03eGaWBAIlD3puv356+3N1eXQI+
8R4CMMjVwhkYz+6rpQ1vlnna7sfhMrWJ4JT/KeIym3Nws6vfPzxcP3z6WBDXd4efawwo60DXiOv3IYRQUsGCIOWxPJb2Y7szfy6Q
MkeEGGk1T9t5jwVCsWhIQ9mxxjiGJU0OPfLACMRmUKuqZsytWW6RauBu3LAxC6XcV/O0sVZICkDr2J1QSJIaafUu3dVaYBcfI3Pn
JKJgEIG1j0C9Q7DufZiO1TztrRXB0gcZAkTikTsMRRs5W2wjOQXSXD17p+RQW5RuMQbNUbS5mkvNr343/p7eZWoDnr7/HBY3z8G9
H1+m28N+CQFv9f5vrF2oNstJ/4mX/H+mDGaqAji8atURxVzRAZPW1gKOIlru/fgyfa7HzbIjXqH/+4v5n/7hvyz+n/P+76yE8q4I
CQsICQoLi6z+xIO/fy/9+9/5BXEeGpMAFAAA`,
    'base64',
  ),
])

interface Signer {
  readonly public: RsaPublicKey
  sign(plain: bigint): string
}

function createSigner(modulusLength: number): Signer {
  const jwk = generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ format: 'jwk' })
  const number = (text: string | undefined): bigint =>
    BigInt(`0x${Buffer.from(text ?? '', 'base64url').toString('hex')}`)
  const modulus = number(jwk.n)
  const secret = number(jwk.d)
  return {
    public: { modulus, exponent: number(jwk.e) },
    sign(plain) {
      let result = 1n
      let square = plain % modulus
      for (let rest = secret; rest > 0n; rest >>= 1n) {
        if (rest & 1n) result = (result * square) % modulus
        square = (square * square) % modulus
      }
      return digitsOf(result)
    },
  }
}

const digits = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/'

function digitsOf(number: bigint): string {
  let text = ''
  for (let rest = number; rest > 0n; rest >>= 6n) text += digits[Number(rest & 63n)] ?? ''
  return text
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest()

/** EMSA-PSS of RFC 8017, 9.1.1, for a hash and salt of 32 bytes each in 256 bytes. */
function encodePss(hash: Uint8Array): bigint {
  const salt = randomBytes(32)
  const seed = sha256(new Uint8Array(8), hash, salt)
  const block = Buffer.concat([new Uint8Array(190), Uint8Array.of(1), salt])
  for (let at = 0; at < block.length; at += 32) {
    const mask = sha256(seed, Uint8Array.of(0, 0, 0, at / 32))
    for (let byte = at; byte < Math.min(at + 32, block.length); byte++) {
      block[byte] = (block[byte] ?? 0) ^ (mask[byte - at] ?? 0)
    }
  }
  block[0] = (block[0] ?? 0) & 0x7f
  return numberOf(Buffer.concat([block, seed, Uint8Array.of(0xbc)]))
}

const headerSigner = createSigner(1024)
const infoSigner = createSigner(2048)
const keys: ContainerKeys = { header: headerSigner.public, info: infoSigner.public }

interface Entry {
  readonly name: string
  readonly bytes: Uint8Array
  readonly type?: string
}

function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, bytes, type = '0' }) => {
    const header = Buffer.alloc(512)
    header.write(name)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write(type, 156)
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

interface Recipe {
  readonly files?: Readonly<Record<string, string>>
  readonly signatures?: number
  readonly level?: number
  /** Changes the lines of .info after they were signed. */
  readonly forge?: (info: string) => string
  readonly signInfo?: boolean
  /** More entries of the archive. */
  readonly extra?: readonly Entry[]
  readonly plain?: boolean
  readonly headerSignature?: string
}

const ordinary = { 'a.ndb': 'Test.A:0:*:64656667\n', 'a.hdb': '44d88612fea8a8f36de82e1278abb02f:68:Test.B\n' }

function build({ files = ordinary, signatures = 2, level = 90, ...recipe }: Recipe = {}): Buffer {
  const fields = `22 Nov 2026 04-22 +0000:12:${signatures}:${level}`
  const members = Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text, 'latin1') }))
  const listed = members.map(
    ({ name, bytes }) => `${name}:${bytes.length}:${sha256(bytes).toString('hex')}\n`,
  )
  const lines = [`ClamAV-VDB:${fields}:X:X:builder:1795321334\n`, ...listed].join('')
  const signature =
    recipe.signInfo === false ? '' : `DSIG:${infoSigner.sign(encodePss(sha256(Buffer.from(lines))))}\n`
  const info = { name: 'a.info', bytes: Buffer.from((recipe.forge ?? String)(lines + signature)) }
  const copying = { name: 'COPYING', bytes: Buffer.from('free') }
  const tar = tarOf([copying, info, ...members, ...(recipe.extra ?? [])])
  const packed = recipe.plain === true ? tar : gzipSync(tar)
  const md5 = createHash('md5').update(packed).digest()
  const headerSignature = recipe.headerSignature ?? headerSigner.sign(numberOf(md5))
  const header = `ClamAV-VDB:${fields}:${md5.toString('hex')}:${headerSignature}:builder:1795321334`
  return Buffer.concat([Buffer.from(header.padEnd(512)), packed])
}

function refusal(bytes: Uint8Array, kind: ContainerKind = 'cvd'): readonly string[] {
  const { members, signed, problems } = readContainer(bytes, kind, { keys })
  assert.deepEqual([members, signed], [[], false])
  return problems
}

test('the container that sigtool made is read, with its header', () => {
  const { header, members, signed, problems } = readContainer(gold, 'cud')
  assert.deepEqual(problems, [])
  assert.equal(signed, false)
  assert.deepEqual(header, {
    buildTime: '22 Nov 2026 04-22 +0000',
    version: 7,
    signatures: 2,
    functionalityLevel: 216,
    md5: 'ce8ab5994bcd722ce51dd9541f19d797',
    digitalSignature: 'X',
    builder: 'builder',
    seconds: 1_795_321_334,
  })
  assert.deepEqual(
    members.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]),
    [
      ['g.ign2', 'Test.Gone\n'],
      ['g.hdb', '44d88612fea8a8f36de82e1278abb02f:68:Test.Hash\n'],
      ['g.ndb', 'Test.Gold:0:*:6465616462656566\nTest.Gone:0:*:6465616462656566\n'],
    ],
  )
})

test('as a signed container it is refused, as by clamscan', () => {
  assert.deepEqual(refusal(gold), ['its digital signature is wrong'])
  assert.deepEqual(refusal(gold, 'cld'), ['its .info has no signature'])
})

test('a signed container is read with its keys only', () => {
  const bytes = build()
  const { members, signed, problems } = readContainer(bytes, 'cvd', { keys })
  assert.deepEqual([members.length, signed, problems], [2, true, []])
  assert.deepEqual(readContainer(bytes, 'cvd').problems, ['its digital signature is wrong'])
  const swapped = { header: keys.header, info: keys.header }
  assert.deepEqual(readContainer(bytes, 'cvd', { keys: swapped }).problems, [
    'the signature of its .info is wrong',
  ])
})

test('a .cld may be plain tar; its header is not signed, its .info is', () => {
  const bytes = build({ plain: true, headerSignature: 'X' })
  const { members, signed, problems } = readContainer(bytes, 'cld', { keys })
  assert.deepEqual([members.length, signed, problems], [2, true, []])
  assert.deepEqual(refusal(build({ signInfo: false }), 'cld'), ['its .info has no signature'])
})

test('any changed byte of the archive or of the signature is found', () => {
  const bytes = build()
  for (const at of [512, 700, bytes.length - 1]) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.deepEqual(refusal(changed), ['its MD5 is not that of its header'])
  }
  const at = bytes.indexOf(':builder') - 20
  const changed = Buffer.from(bytes)
  changed[at] = changed[at] === 0x61 ? 0x62 : 0x61
  assert.deepEqual(refusal(changed), ['its digital signature is wrong'])
})

for (const headerSignature of ['X', '', '-'.repeat(172), 'a'.repeat(172), '/'.repeat(400)]) {
  test(`the digital signature ${JSON.stringify(headerSignature.slice(0, 4))} is refused`, () => {
    assert.equal(refusal(build({ headerSignature })).length, 1)
  })
}

test('a truncated container is refused, wherever it ends', () => {
  const bytes = build({ plain: true })
  for (const length of [0, 1, 511, 512, 513, 1024, bytes.length - 1500]) {
    assert.equal(refusal(bytes.subarray(0, length), 'cld').length, 1, String(length))
  }
  assert.deepEqual(refusal(gold.subarray(0, 700), 'cud'), ['its archive is truncated or damaged'])
})

test('changed lines of .info are found', () => {
  assert.deepEqual(refusal(build({ forge: (info) => info.replace('a.ndb', 'b.ndb') })), [
    'the signature of its .info is wrong',
  ])
  assert.deepEqual(refusal(build({ forge: (info) => info.replace(/DSIG:.*/, `DSIG:${'a'.repeat(342)}`) })), [
    'the signature of its .info is wrong',
  ])
})

test('members that .info does not list, or lists otherwise, are left out and told', () => {
  const extra = [{ name: 'b.ndb', bytes: Buffer.from('Test.C:0:*:646566\n') }]
  const { members, problems } = readContainer(build({ extra }), 'cvd', { keys })
  assert.deepEqual(
    members.map(({ name }) => name),
    ['a.ndb', 'a.hdb'],
  )
  assert.deepEqual(problems, ['a member is not in its .info'])
  const forge = (info: string): string => info.replace(/(a\.ndb:20:)./, '$1z')
  assert.equal(
    refusal(build({ forge, signInfo: false }), 'cud')[0],
    'a line of its .info is not name:size:sha256',
  )
  const other = (info: string): string => info.replace(/a\.ndb:20:.{4}/, 'a.ndb:20:0000')
  assert.deepEqual(readContainer(build({ forge: other, signInfo: false }), 'cud').problems, [
    'a member is not as in its .info',
  ])
  const longer = (info: string): string => info.replace('a.ndb:20:', 'a.ndb:21:')
  assert.deepEqual(readContainer(build({ forge: longer, signInfo: false }), 'cud').problems, [
    'a member is not as in its .info',
  ])
})

test('a member that .info lists but the archive does not have is told', () => {
  const forge = (info: string): string => `${info}gone.ndb:1:${'0'.repeat(64)}\n`
  assert.deepEqual(readContainer(build({ forge, signInfo: false }), 'cud').problems, [
    'a member of its .info is missing',
  ])
})

test('directories, links and paths in the archive are refused', () => {
  for (const extra of [
    { name: 'd', type: '5' },
    { name: 'l', type: '2' },
    { name: '../a.ndb', type: '0' },
  ]) {
    const entry = { ...extra, bytes: new Uint8Array(0) }
    assert.deepEqual(refusal(build({ extra: [entry] })), ['its archive holds more than plain files'])
  }
})

test('what unpacks to more than the limit is refused', () => {
  const bytes = build({ files: { 'a.ndb': ' '.repeat(4_000_000) } })
  const options = { keys, limits: { maxBytes: 1_000_000, maxMembers: 10 } }
  assert.deepEqual(readContainer(bytes, 'cvd', options).problems, [
    'its archive unpacks to more than 1000000 bytes',
  ])
  assert.deepEqual(
    readContainer(build(), 'cvd', { keys, limits: { maxBytes: 1_000_000, maxMembers: 1 } }).problems,
    ['its archive has more than 1 members'],
  )
})

test('a container for later engines is read, and told', () => {
  const { members, problems } = readContainer(build({ level: 300 }), 'cvd', { keys })
  assert.equal(members.length, 2)
  assert.deepEqual(problems, ['it is made for functionality level 300, this is 216'])
})

test('a header that is none is refused', () => {
  for (const header of [
    '',
    'ClamAV-VDB',
    'ClamAV-VDB:t:x:1:1:m:s:b:1',
    'ClamAV-VDB:t:1:1:1:m:s',
    'XlamAV-VDB:t:1:1:1:m:s:b:1',
  ]) {
    assert.deepEqual(refusal(Buffer.from(header.padEnd(600))), ['its header cannot be read'])
  }
})

function load(name: string, bytes: Uint8Array): { names: string[]; problems: string[]; files: string[] } {
  const got = { names: [] as string[], problems: [] as string[], files: [] as string[] }
  readDatabase(
    { name, bytes },
    {
      begin(file) {
        got.files.push(`${file.name} ${file.official ? 'official' : 'unofficial'}`)
        return true
      },
      body: ({ name: signature }) => got.names.push(signature),
      problem: ({ message }) => got.problems.push(message),
    },
    { container: { keys } },
  )
  return got
}

test('the records of a container come from its members; ignore lists in it are applied', () => {
  assert.deepEqual(load('/db/g.cud', gold), {
    names: ['Test.Gold'],
    problems: [],
    files: ['/db/g.cud:g.ign2 unofficial', '/db/g.cud:g.hdb unofficial', '/db/g.cud:g.ndb unofficial'],
  })
  assert.deepEqual(load('a.cvd', build()).files, ['a.cvd:a.ndb official', 'a.cvd:a.hdb official'])
})

test('less signatures than the header counts are told', () => {
  assert.deepEqual(load('a.cvd', build({ signatures: 9 })).problems, [
    'its header counts 9 signatures, there are 2',
  ])
})

test('any bytes in place of any part of a container never throw', () => {
  const source = build({ plain: true, headerSignature: 'X', signInfo: false })
  fc.assert(
    fc.property(fc.nat(source.length), fc.uint8Array({ maxLength: 60 }), (at, bytes) => {
      const changed = Buffer.concat([source.subarray(0, at), bytes, source.subarray(at + bytes.length)])
      for (const kind of ['cvd', 'cld', 'cud'] as const) readContainer(changed, kind, { keys })
    }),
    { numRuns: 300 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void readContainer(bytes, 'cud', { keys })),
  )
})
