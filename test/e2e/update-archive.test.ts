// `haechi update`, the real command, with archives from a real HTTPS server that may mean harm, and folders of this host.

import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { TemporaryFolder } from '../support/run-haechi.ts'
import { tarOf } from '../support/tar-writer.ts'
import {
  archiveConfig,
  currentFiles,
  type Handler,
  hashLine,
  leftovers,
  runUpdate,
  startMirror,
  writeConfig,
} from '../support/update-server.ts'
import { zipOf } from '../support/zip-writer.ts'

test('archives of every kind are unpacked, without what nobody has a use for', async () => {
  const members = [
    { name: 'pack/', data: '' },
    { name: 'pack/a.yar', data: 'rule a { condition: true }' },
    { name: 'pack/LICENSE', data: 'free' },
    { name: 'pack/tool.sh', data: 'rm -rf /' },
    { name: 'list.txt', data: hashLine },
  ]
  const expected = {
    'list.txt': hashLine,
    'pack/LICENSE': 'free',
    'pack/a.yar': 'rule a { condition: true }',
  }
  const tar = tarOf(members.map((member) => (member.data === '' ? { ...member, type: '5' } : member)))
  const cases: readonly (readonly [string, Uint8Array | string, Record<string, string>])[] = [
    ['pack.zip', zipOf(members), expected],
    ['pack.tar', tar, expected],
    ['pack.tar.gz', gzipSync(tar), expected],
    ['one.txt', hashLine, { 'one.txt': hashLine }],
    ['one.txt.gz', gzipSync(hashLine), { 'one.txt': hashLine }],
  ]
  for (const [file, bytes, files] of cases) {
    using folder = new TemporaryFolder()
    await using mirror = await startMirror(folder)
    mirror.files.set(file, bytes)
    const config = archiveConfig(folder, mirror, file)
    const updated = await runUpdate(config)
    assert.equal(updated.code, 0, `${file}: ${updated.stderr}`)
    assert.deepEqual(currentFiles(folder, 'rules'), files)
    assert.match((await runUpdate(config)).stdout, /^current /m)
    assert.equal(mirror.requests.length, 2)
  }
})

test('an archive with an unsafe, doubled or damaged member is refused as a whole', async () => {
  const good = { name: 'a.txt', data: hashLine }
  const cases: readonly (readonly [string, RegExp, Uint8Array | string])[] = [
    ['p.zip', /unsafe name: \.\.\/x\.yar/, zipOf([good, { name: '../x.yar', data: 'x' }])],
    ['p.zip', /unsafe name: \/x\.yar/, zipOf([good, { name: '/x.yar', data: 'x' }])],
    ['p.zip', /unsafe name: a\\\.\.\\x\.yar/, zipOf([good, { name: 'a\\..\\x.yar', data: 'x' }])],
    [
      'p.tgz',
      /unsafe name: a\/\.\.\/\.\.\/x\.yar/,
      gzipSync(tarOf([good, { name: 'a/../../x.yar', data: 'x' }])),
    ],
    ['p.zip', /a\.txt twice/, zipOf([good, { name: 'a.txt', data: 'other' }])],
    ['p.zip', /cannot be unpacked/, zipOf([good, { name: 'b.txt', data: 'other', central: { crc: 7 } }])],
    ['p.zip', /cannot be unpacked/, zipOf([good]).subarray(0, 90)],
    ['p.zip', /no file with signatures or rules/, zipOf([{ name: 'LICENSE', data: 'free' }])],
    ['p.zip', /neither zip nor tar nor gzip/, '<html>404</html>'],
    ['p.txt', /the engine can use nothing of it/, '<html>404</html>'],
    ['p.zip', /more than is allowed/, zipOf([{ name: 'a.txt', data: hashLine.repeat(20_000) }])],
  ]
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  for (const [file, message, bytes] of cases) {
    mirror.files.set(file, bytes)
    const config = archiveConfig(folder, mirror, file)
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replace('[daemon]', 'max_unpacked_bytes = "1 MiB"\n[daemon]'),
    )
    const refused = await runUpdate(config)
    assert.equal(refused.code, 2, String(message))
    assert.match(refused.stderr, message)
    assert.equal(existsSync(folder.at('state', 'rules', 'current')), false)
    assert.deepEqual(leftovers(folder), [])
  }
  for (const path of ['x.yar', 'state/x.yar', 'state/rules/x.yar'])
    assert.equal(existsSync(folder.at(path)), false)
})

test('a pinned hash and a detached signature must be right', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(folder.at('ed.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  mirror.files.set('l.txt', hashLine)
  const right = createHash('sha256').update(hashLine).digest('hex')
  const signed = `, signature = "${mirror.url}l.sig", key = "ed.pem"`

  const pinned = await runUpdate(archiveConfig(folder, mirror, 'l.txt', `, sha256 = "${'0'.repeat(64)}"`))
  assert.match(pinned.stderr, new RegExp(`the SHA-256 is ${right} and not the one that is pinned`))
  mirror.files.set('l.sig', sign(null, Buffer.from('other'), privateKey))
  assert.match(
    (await runUpdate(archiveConfig(folder, mirror, 'l.txt', signed))).stderr,
    /the signature is wrong/,
  )
  mirror.files.delete('l.sig')
  assert.match(
    (await runUpdate(archiveConfig(folder, mirror, 'l.txt', signed))).stderr,
    /the signature is missing/,
  )
  assert.equal(existsSync(folder.at('state', 'rules')), false)

  mirror.files.set('l.sig', sign(null, Buffer.from(hashLine), privateKey).toString('base64'))
  const both = await runUpdate(archiveConfig(folder, mirror, 'l.txt', `${signed}, sha256 = "${right}"`))
  assert.equal(both.code, 0, both.stderr)
})

test('a server that cuts, drips, lies, repeats itself or sends elsewhere changes nothing', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  const plain = createServer((_request, response) => response.end(hashLine))
  await new Promise<void>((resolve) => {
    plain.listen(0, '127.0.0.1', resolve)
  })
  const plainUrl = `http://127.0.0.1:${(plain.address() as AddressInfo).port}/l.txt`
  const redirectTo =
    (location: string): Handler =>
    (_request, response) =>
      response.writeHead(302, { location }).end()
  const cases: readonly (readonly [RegExp, number, Handler])[] = [
    [
      /ECONNRESET|aborted|socket hang up/,
      2,
      (_request, response) => {
        response.writeHead(200, { 'content-length': 9999 })
        response.write(hashLine, () => response.destroy())
      },
    ],
    [
      /no byte for 500 ms/,
      2,
      (_request, response) => {
        response.writeHead(200, { 'content-length': 9999 })
        response.write(hashLine)
      },
    ],
    [
      /larger than the 65536 bytes/,
      1,
      (_request, response) => response.writeHead(200, { 'content-length': 1e9 }).end(),
    ],
    [
      /larger than the 65536 bytes/,
      1,
      (_request, response) => response.writeHead(200).end(Buffer.alloc(70_000)),
    ],
    [
      /encoded as gzip/,
      1,
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(hashLine))
      },
    ],
    [/redirects more than 5 times/, 6, redirectTo('/l.txt')],
    [/redirects from https to http/, 1, redirectTo(plainUrl)],
    [/redirects from https to file/, 1, redirectTo('file:///etc/passwd')],
    [/answers 403/, 1, (_request, response) => response.writeHead(403).end()],
    [/answers 503$/m, 2, (_request, response) => response.writeHead(503).end()],
    [
      /answers 429 and wants to be asked again in 3600 s/,
      1,
      (_request, response) => {
        response.writeHead(429, { 'retry-after': '3600' }).end()
      },
    ],
  ]
  const config = archiveConfig(folder, mirror, 'l.txt')
  for (const [message, requests, handler] of cases) {
    mirror.files.set('l.txt', handler)
    mirror.requests.length = 0
    const failed = await runUpdate(config)
    assert.equal(failed.code, 2, String(message))
    assert.match(failed.stderr, message)
    assert.equal(mirror.requests.length, requests, `${String(message)}: ${mirror.requests.join(', ')}`)
    assert.deepEqual(leftovers(folder), [])
  }
  plain.close()
  assert.equal(existsSync(folder.at('state', 'rules')), false)
})

test('a passing fault is asked again, after the time that the server wants', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  let asked = 0
  mirror.files.set('l.txt', (_request, response) => {
    asked++
    if (asked === 1) response.writeHead(429, { 'retry-after': '1' }).end()
    else response.end(hashLine)
  })
  const started = performance.now()
  const run = await runUpdate(archiveConfig(folder, mirror, 'l.txt'))
  assert.equal(run.code, 0, run.stderr)
  assert.equal(asked, 2)
  assert.ok(performance.now() - started >= 1000)
})

test('a certificate that nobody vouches for is refused, and so is http to another host', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  mirror.files.set('l.txt', hashLine)
  const source = `sources = [{ name = "rules", kind = "archive", url = "${mirror.url}l.txt" }]`
  const untrusted = await runUpdate(writeConfig(folder, [source]))
  assert.equal(untrusted.code, 2)
  assert.match(untrusted.stderr, /certificate/)
  assert.deepEqual(mirror.requests, [])
  const plain = 'sources = [{ name = "rules", kind = "archive", url = "http://192.0.2.1/l.txt" }]'
  assert.match((await runUpdate(writeConfig(folder, [plain]))).stderr, /is not encrypted/)
})

test('an archive that is older than what is here is refused', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  const dated = (text: string, date: string): void => {
    mirror.files.set('l.txt', (_request, response) =>
      response.writeHead(200, { 'last-modified': date }).end(text),
    )
  }
  const config = archiveConfig(folder, mirror, 'l.txt')
  dated(hashLine, 'Sun, 22 Nov 2026 02:00:00 GMT')
  await runUpdate(config)
  dated(hashLine.replace('Test.A', 'Test.B'), 'Sat, 21 Nov 2026 02:00:00 GMT')
  const refused = await runUpdate(config)
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /is older than what is here/)
  assert.deepEqual(currentFiles(folder, 'rules'), { 'l.txt': hashLine })
  assert.equal((await runUpdate(config, '--allow-downgrade')).code, 0)
})

test('a folder is copied without links, and versions beyond `keep` go', async () => {
  using folder = new TemporaryFolder()
  const config = writeConfig(folder, ['sources = [{ name = "local", kind = "folder", path = "bundle" }]'])
  mkdirSync(folder.at('bundle', 'sub'), { recursive: true })
  writeFileSync(folder.at('secret.txt'), hashLine)
  symlinkSync(folder.at('secret.txt'), folder.at('bundle', 'link.txt'))
  const versions: string[] = []
  for (const name of ['One', 'Two', 'Three']) {
    writeFileSync(folder.at('bundle', 'sub', 'l.txt'), hashLine.replace('Test.A', name))
    assert.equal((await runUpdate(config)).code, 0)
    versions.push(readlinkSync(folder.at('state', 'local', 'current')))
  }
  assert.deepEqual(Object.keys(currentFiles(folder, 'local')), ['sub/l.txt'])
  assert.equal(statSync(folder.at('state', 'local', 'current')).mode & 0o777, 0o755)
  assert.deepEqual(
    readdirSync(folder.at('state', 'local')).toSorted(),
    ['current', ...versions.slice(1)].toSorted(),
  )
})
