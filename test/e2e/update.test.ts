// `haechi update`, the real command, with a mirror of ClamAV databases, and what it does with its state directory.

import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { test } from 'node:test'

import { updateLine, updateSourceLine } from '../../src/model/output.ts'
import { haechi, jsonLines, TemporaryFolder } from '../support/run-haechi.ts'
import {
  archiveConfig,
  type Content,
  currentFiles,
  hashLine,
  leftovers,
  type Mirror,
  runUpdate,
  scriptBetween,
  Signer,
  startMirror,
  startUpdate,
  writeConfig,
} from '../support/update-server.ts'

const signer = new Signer()

/** Four versions of a database; every command of a diff but MOVE leads from one to the next. */
const contents: readonly Content[] = [
  { 'test.hdb': 'aa:1:A\nbb:2:B\ncc:3:C\ndd:4:D\n', 'test.ndb': 'N:0:*:00ff\n' },
  { 'test.hdb': 'aa:1:A\nbx:2:B x\ncc:3:C\ndd:4:D\nee:5:E\n', 'test.ndb': 'N:0:*:00ff\n' },
  { 'test.hdb': 'aa:1:A\nbx:2:B x\n', 'test.ldb': 'L;Target:0;0;00ff\n' },
  { 'test.hdb': 'zz:9:Z\nbx:2:B x\nyy:8:Y\n', 'test.ldb': 'L;Target:0;0;00ff\nM;Target:0;0;11ee\n' },
].map((content, index) => signer.complete('test', index + 1, content))

function putDatabase(mirror: Mirror, version: number): void {
  mirror.files.set('test.cvd', signer.container(version, contents[version - 1] ?? {}))
}

function putDiffs(mirror: Mirror, from: number, to: number): void {
  for (let version = from + 1; version <= to; version++) {
    const script = scriptBetween(contents[version - 2] ?? {}, contents[version - 1] ?? {})
    mirror.files.set(`test-${version}.cdiff`, signer.diff(version, script))
  }
}

/** A configuration with one ClamAV source of one database. */
function clamavConfig(folder: TemporaryFolder, mirror: Mirror, more: readonly string[] = []): string {
  writeFileSync(folder.at('key.pem'), signer.pem)
  return writeConfig(folder, [
    `ca_file = "${mirror.caFile}"`,
    `sources = [{ name = "db", kind = "clamav", url = "${mirror.url}", databases = ["test"], key = "key.pem" }]`,
    ...more,
  ])
}

test('a database is loaded whole, then only its header is asked for', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  putDatabase(mirror, 1)
  const config = clamavConfig(folder, mirror)
  const first = await runUpdate(config, '--json')
  assert.equal(first.code, 0, first.stderr)
  const line = updateLine.parse(jsonLines(first.stdout)[0])
  assert.deepEqual([line.result, line.before, line.after], ['updated', undefined, 'test 1'])
  assert.deepEqual(Object.keys(currentFiles(folder, 'db')), ['test.cvd'])
  assert.equal(line.folder, folder.at('state', 'db', 'test-1'))

  mirror.requests.length = 0
  const second = await runUpdate(config)
  assert.match(second.stdout, /^current +db: test 1$/m)
  assert.deepEqual(mirror.requests, ['GET test.cvd [range]'])
  assert.deepEqual(leftovers(folder), [])
})

test('diffs over three versions give the same files as the whole database', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  putDatabase(mirror, 1)
  const config = clamavConfig(folder, mirror)
  await runUpdate(config)
  putDatabase(mirror, 4)
  putDiffs(mirror, 1, 4)
  mirror.requests.length = 0
  const updated = await runUpdate(config)
  assert.equal(updated.code, 0, updated.stderr)
  assert.match(updated.stdout, /^updated +db: test 4 \(before: test 1\)$/m)
  assert.deepEqual(mirror.requests, [
    'GET test.cvd [range]',
    'GET test-2.cdiff',
    'GET test-3.cdiff',
    'GET test-4.cdiff',
  ])
  const { 'test.cld': container = '' } = currentFiles(folder, 'db')
  assert.match(container, /^ClamAV-VDB:[^:]+:4:2:90:X:X:tester:/)
  const tar = Buffer.from(container.slice(512), 'latin1')
  assert.deepEqual(readTar(tar), contents[3])

  putDatabase(mirror, 4)
  assert.match(
    (await runUpdate(config)).stdout,
    /^current /m,
    'the result of diffs is a version like any other',
  )
})

test('a diff that is missing, bad or beside the point, and too many of them, lead to the whole database', async () => {
  const cases: readonly (readonly [RegExp, (mirror: Mirror) => unknown, (readonly string[])?])[] = [
    [/the mirror has no diff 3/, (mirror) => mirror.files.delete('test-3.cdiff')],
    [
      /the digital signature of diff 3 is wrong/,
      (mirror) => mirror.files.set('test-3.cdiff', new Signer().diff(3, 'x')),
    ],
    [/diff 3 is not signed/, (mirror) => mirror.files.set('test-3.cdiff', '')],
    [/line 1 of test\.hdb is not the one/, (mirror) => put(mirror, 3, 'OPEN test.hdb\nDEL 1 no\nCLOSE\n')],
    [/unsafe file: \.\.\/x/, (mirror) => put(mirror, 3, 'OPEN ../x\nADD y\nCLOSE\n')],
    [
      /loaded whole: it is refused: a member is not as in its \.info/,
      (mirror) => {
        const script = scriptBetween(contents[2] ?? {}, contents[3] ?? {})
        return put(mirror, 4, `${script}OPEN test.hdb\nADD x:1:X\nCLOSE\n`)
      },
    ],
    [
      /says that it is diff 2/,
      (mirror) => mirror.files.set('test-3.cdiff', mirror.files.get('test-2.cdiff') ?? ''),
    ],
    [/3 versions are too many/, () => undefined, ['max_diffs = 2']],
  ]
  const put = (mirror: Mirror, version: number, script: string): unknown =>
    mirror.files.set(`test-${version}.cdiff`, signer.diff(version, script))
  for (const [message, spoil, more] of cases) {
    using folder = new TemporaryFolder()
    await using mirror = await startMirror(folder)
    putDatabase(mirror, 1)
    const config = clamavConfig(folder, mirror, more)
    await runUpdate(config)
    putDatabase(mirror, 4)
    putDiffs(mirror, 1, 4)
    spoil(mirror)
    const updated = await runUpdate(config)
    assert.equal(updated.code, 0, updated.stderr)
    assert.match(updated.stdout, /^updated +db: test 4/m)
    assert.match(updated.stdout, message)
    assert.deepEqual(Object.keys(currentFiles(folder, 'db')), ['test.cvd'])
    assert.equal(existsSync(folder.at('x')) || existsSync(folder.at('state', 'x')), false)
  }
})

test('a database that is not genuine is refused, and the one before stays', async () => {
  const good = contents[1] ?? {}
  const cases: readonly (readonly [RegExp, Uint8Array])[] = [
    [/its digital signature is wrong/, new Signer().container(2, good)],
    [/its MD5 is not that of its header/, Buffer.concat([signer.container(2, good), Buffer.from('x')])],
    [
      /the signature of its \.info is wrong/,
      signer.container(2, new Signer().complete('test', 2, { 'test.hdb': 'aa:1:A\n' })),
    ],
    [/its header and its \.info do not fit/, signer.container(7, good)],
    [/a member is not as in its \.info/, signer.container(2, { ...good, 'test.hdb': 'zz:9:Z\n' })],
    [
      /it is another database than test/,
      signer.container(2, signer.complete('other', 2, { 'other.hdb': 'aa:1:A\n' })),
    ],
    [/a member is not in its \.info/, signer.container(2, { ...good, 'evil.ndb': 'E:0:*:00\n' })],
    [/more than plain files/, signer.container(2, { ...good, '../evil.ndb': 'E:0:*:00\n' })],
  ]
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  putDatabase(mirror, 1)
  const config = clamavConfig(folder, mirror)
  await runUpdate(config)
  for (const [message, bytes] of cases) {
    mirror.files.set('test.cvd', bytes)
    const refused = await runUpdate(config)
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, message)
    assert.equal(readlinkSync(folder.at('state', 'db', 'current')), 'test-1')
    assert.deepEqual(leftovers(folder), [])
  }
  assert.deepEqual(readdirSync(folder.at('state', 'db')).toSorted(), ['current', 'test-1'])
})

test('an older database is refused, unless --allow-downgrade takes it', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  putDatabase(mirror, 3)
  const config = clamavConfig(folder, mirror)
  await runUpdate(config)
  putDatabase(mirror, 2)
  const refused = await runUpdate(config)
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /version 2 is older than version 3 here/)
  const taken = await runUpdate(config, '--allow-downgrade')
  assert.match(taken.stdout, /^updated +db: test 2 \(before: test 3\)$/m)
})

test('one database that fails keeps neither its source nor other sources from their update', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  putDatabase(mirror, 1)
  mirror.files.set('list.txt', hashLine)
  writeFileSync(folder.at('key.pem'), signer.pem)
  const config = writeConfig(folder, [
    `ca_file = "${mirror.caFile}"`,
    '[[update.sources]]',
    'name = "db"',
    'kind = "clamav"',
    `url = "${mirror.url}"`,
    'databases = ["missing", "test"]',
    'key = "key.pem"',
    '[[update.sources]]',
    'name = "rules"',
    'kind = "archive"',
    `url = "${mirror.url}list.txt"`,
  ])
  const run = await runUpdate(config, '--json')
  assert.equal(run.code, 2)
  const lines = jsonLines(run.stdout).map((line) => updateLine.parse(line))
  assert.deepEqual(
    lines.map(({ source, result, problems }) => [source, result, problems]),
    [
      ['db', 'updated', ['missing: the mirror has no missing.cvd']],
      ['rules', 'updated', []],
    ],
  )
  assert.deepEqual(currentFiles(folder, 'rules'), { 'list.txt': hashLine })
})

test('files of others in the state directory survive everything', async () => {
  using folder = new TemporaryFolder()
  const config = writeConfig(folder, [
    'keep = 1',
    'sources = [{ name = "local", kind = "folder", path = "bundle" }]',
  ])
  mkdirSync(folder.at('bundle'))
  const foreign = ['mine.txt', '.work-mine', 'local/notes.txt', 'elsewhere/deep/x']
  for (const path of foreign) {
    mkdirSync(folder.at('state', path, '..'), { recursive: true })
    writeFileSync(folder.at('state', path), 'mine')
  }
  for (const name of ['One', 'Two', 'Three']) {
    writeFileSync(folder.at('bundle', 'l.txt'), hashLine.replace('Test.A', name))
    assert.equal((await runUpdate(config)).code, 0)
    const inside = `local/${readlinkSync(folder.at('state', 'local', 'current'))}/mine-${name}`
    writeFileSync(folder.at('state', inside), 'mine')
    foreign.push(inside)
  }
  for (const path of foreign) assert.equal(readFileSync(folder.at('state', path), 'utf8'), 'mine', path)

  rmSync(folder.at('state', 'local', 'current'))
  writeFileSync(folder.at('state', 'local', 'current'), 'mine')
  const refused = await runUpdate(config)
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /current was not made by an update; move it away/)
  assert.equal(readFileSync(folder.at('state', 'local', 'current'), 'utf8'), 'mine')
})

test('two updates never work at the same time', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  const asked = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  mirror.files.set('l.txt', (_request, response) => {
    asked.resolve()
    void goOn.promise.then(() => response.end(hashLine))
  })
  const config = archiveConfig(folder, mirror, 'l.txt')
  writeFileSync(config, readFileSync(config, 'utf8').replace('500 ms', '30 s'))
  const first = startUpdate(config)
  await asked.promise
  const second = await runUpdate(config)
  assert.equal(second.code, 2)
  assert.match(second.stderr, /^haechi: another update works in /)
  goOn.resolve()
  assert.equal((await first.done).code, 0)
  assert.equal((await runUpdate(config)).code, 0, 'the lock is free again')
})

test('kill -9 in the middle of each download: the next run is a good one, and cleans up', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  putDatabase(mirror, 1)
  const config = clamavConfig(folder, mirror)
  await runUpdate(config)
  putDatabase(mirror, 4)
  putDiffs(mirror, 1, 4)
  for (const file of ['test.cvd', 'test-2.cdiff', 'test-4.cdiff']) {
    const whole = mirror.files.get(file)
    const asked = Promise.withResolvers<void>()
    mirror.files.set(file, (_request, response) => {
      response.writeHead(200, { 'content-length': 9999 }).write('Clam', () => {
        asked.resolve()
      })
    })
    const killed = startUpdate(config)
    await asked.promise
    killed.kill()
    await killed.done
    assert.equal(readlinkSync(folder.at('state', 'db', 'current')), 'test-1')
    mirror.files.set(file, whole ?? '')
  }
  assert.ok(leftovers(folder).length > 0, 'a killed run leaves its work')
  const good = await runUpdate(config)
  assert.equal(good.code, 0, good.stderr)
  assert.match(good.stdout, /^updated +db: test 4/m)
  assert.deepEqual(leftovers(folder), [])
})

test('--dry-run writes nothing, --list says what is there', async () => {
  using folder = new TemporaryFolder()
  await using mirror = await startMirror(folder)
  putDatabase(mirror, 1)
  const config = clamavConfig(folder, mirror)
  const looked = await runUpdate(config, '--dry-run')
  assert.equal(looked.code, 0, looked.stderr)
  assert.match(looked.stdout, /^new +db: test 1$/m)
  assert.equal(existsSync(folder.at('state')), false)

  const before = updateSourceLine.parse(
    jsonLines(haechi(['update', '-c', config, '--list', '--json']).stdout)[0],
  )
  assert.deepEqual([before.source, before.current, before.files], ['db', undefined, 0])
  await runUpdate(config)
  const after = updateSourceLine.parse(
    jsonLines(haechi(['update', '-c', config, '--list', '--json']).stdout)[0],
  )
  assert.deepEqual([after.current, after.files, after.from], ['test 1', 1, mirror.url])
  assert.ok((after.age_s ?? -1) >= 0)
})

test('wrong sources and names are told with what would be right', async () => {
  using folder = new TemporaryFolder()
  const cases = [
    ['{ name = "a b", kind = "folder", path = "x" }', /a name has 1 to 64 characters/],
    [
      '{ name = "a", kind = "folder", path = "x" }, { name = "a", kind = "folder", path = "y" }',
      /two of this name/,
    ],
    ['{ name = "a", kind = "archive", url = "x" }', /x is no URL/],
    ['{ name = "a", kind = "archive", url = "ftp://h/x" }', /neither https nor http/],
    ['{ name = "a", kind = "archive", url = "https://h/x", sha256 = "12" }', /64 hexadecimal digits/],
    ['{ name = "a", kind = "archive", url = "https://h/x", key = "k" }', /signature and key belong together/],
    ['{ name = "a", kind = "clamav", url = "https://h/x", databases = ["../x"] }', /no name of a database/],
    ['{ name = "a", kind = "rsync" }', /update\.sources\S* must be a list of tables/],
    ['{ name = "a", kind = "folder" }', /update\.sources\S* must be a list of tables/],
  ] as const
  for (const [sources, message] of cases) {
    const run = await runUpdate(writeConfig(folder, [`sources = [${sources}]`]))
    assert.equal(run.code, 2, sources)
    assert.match(run.stderr, message)
  }
  const config = writeConfig(folder, ['sources = [{ name = "local", kind = "folder", path = "x" }]'])
  const unknown = await runUpdate(config, 'locl')
  assert.equal(unknown.code, 64)
  assert.match(unknown.stderr, /no source is called locl\nhint: there are local/)
  assert.equal((await runUpdate(config, '--list', '--force')).code, 64)
  assert.match((await runUpdate(config)).stderr, /cannot read .*\/x: ENOENT/)
})

/** Written the short way on purpose: an independent witness. */
function readTar(bytes: Buffer): Content {
  const files: Record<string, string> = {}
  for (let at = 0; bytes[at] !== 0 && at < bytes.length;) {
    const name = bytes.toString('latin1', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8)
    files[name] = bytes.toString('latin1', at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}
