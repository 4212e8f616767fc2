// The four functions of the library, as somebody who embeds it calls them.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, closeSync, linkSync, mkdirSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { withFolder } from '../../test/support/folder.ts'
import { eicar } from '../../test/support/samples.ts'
import { tarOf } from '../../test/support/tar-writer.ts'
import { zipOf } from '../../test/support/zip-writer.ts'
import { heuristics } from './detectors/index.ts'
import { formats } from './formats/index.ts'
import { AppError } from '../base/app-error.ts'
import type { Verdict } from '../model/index.ts'
import { engineVersion, load } from './index.ts'

const eicarHash = createHash('sha256').update(eicar).digest('hex')
const inner = gzipSync(tarOf([{ name: 'eicar.com', data: eicar }]))
const invoice = zipOf([
  { name: 'readme.txt', data: 'nothing here' },
  { name: 'inner.tar.gz', data: inner },
])

/** A verdict without its time, which differs from scan to scan. */
function untimed({ ms, ...rest }: Verdict): Omit<Verdict, 'ms'> {
  assert.ok(ms >= 0)
  return rest
}

const unloaded = (thrown: unknown): boolean => thrown instanceof AppError && thrown.code === 'unsupported'

test('load, instance, scan, version and unload are all it takes', (t) => {
  const path = withFolder(t).file('eicar.com', eicar)
  const engine = load()
  assert.equal(engine.instance().scan(path).status, 'found')
  const version = engine.version()
  assert.match(version.database, /^[0-9a-f]{16}$/)
  assert.deepEqual(
    { ...version, database: '' },
    {
      engine: engineVersion,
      database: '',
      signatures: 1,
      cached: false,
      detectors: ['eicar', ...heuristics.map(({ id }) => id)],
      formats: formats.map(({ id }) => id),
    },
  )
  engine.unload()
})

test('after unload a scan and version throw an AppError, also in instances made before', () => {
  const engine = load()
  const early = engine.instance()
  assert.equal(early.scan(Buffer.from('clean')).status, 'clean')
  engine.unload()
  assert.throws(() => early.scan(Buffer.from('clean')), unloaded)
  assert.throws(() => engine.instance().scan(Buffer.from('clean')), unloaded)
  assert.throws(() => engine.version(), unloaded)
  engine.unload()
  assert.equal(load().instance().scan(Buffer.from(eicar)).status, 'found')
})

test('an archive is opened by the library too: invoice.zip → inner.tar.gz → eicar.com, with offset and SHA-256', (t) => {
  const path = withFolder(t).file('invoice.zip', invoice)
  const verdict = load().instance().scan(path)
  assert.deepEqual(untimed(verdict), {
    status: 'found',
    detections: [
      {
        name: 'Eicar-Test-Signature',
        detector: 'eicar',
        chain: ['invoice.zip', 'inner.tar.gz', 'eicar.com'],
        offset: 0,
        sha256: eicarHash,
      },
    ],
    reasons: [],
    size: invoice.length,
  })
})

test('the hash that is told is that of the member with its white space, not of the archive', () => {
  const member = `${eicar}\r\n`
  const { detections } = load()
    .instance()
    .scan(zipOf([{ name: 'a', data: member }]))
  assert.deepEqual(
    detections.map(({ sha256 }) => sha256),
    [createHash('sha256').update(member).digest('hex')],
  )
})

test('a path, a descriptor and bytes of the same content get the same verdict', (t) => {
  const folder = withFolder(t)
  const instance = load().instance()
  const large = Buffer.concat([Buffer.alloc(700_000, 'text '), Buffer.from(eicar)])
  const contents = {
    'eicar.com': eicar,
    'invoice.zip': invoice,
    'clean.txt': 'clean',
    empty: '',
    'cut.zip': invoice.subarray(0, 200),
    large,
  }
  for (const [name, data] of Object.entries(contents)) {
    const path = folder.file(name, data)
    const fd = openSync(path, 'r')
    const byPath = untimed(instance.scan(path))
    assert.deepEqual(untimed(instance.scan(fd, { name })), byPath, name)
    assert.deepEqual(untimed(instance.scan(fd, { name, size: Buffer.from(data).length })), byPath, name)
    assert.deepEqual(untimed(instance.scan(Buffer.from(data), { name })), byPath, name)
    closeSync(fd)
  }
})

test('a scanned descriptor stays open and where it was', (t) => {
  const fd = openSync(withFolder(t).file('eicar.com', eicar), 'r')
  const buffer = Buffer.alloc(10)
  readSync(fd, buffer, 0, 10, null)
  assert.equal(load().instance().scan(fd).status, 'found')
  readSync(fd, buffer, 0, 10, null)
  assert.equal(buffer.toString(), eicar.slice(10, 20))
  closeSync(fd)
})

test('the name never decides: not the extension, not the name that the caller gives, not the lack of one', (t) => {
  const folder = withFolder(t)
  const instance = load().instance()
  for (const name of ['eicar.txt', 'eicar.jpg', '.hidden', 'eicar', 'EICAR.ZIP', 'a.tar.gz']) {
    const { status, detections } = instance.scan(folder.file(name, eicar))
    assert.deepEqual([status, detections[0]?.chain], ['found', [name]])
    assert.equal(instance.scan(folder.file(name, 'clean')).status, 'clean')
    assert.equal(instance.scan(folder.file(name, invoice)).status, 'found')
  }
  assert.deepEqual(instance.scan(Buffer.from(eicar)).detections[0]?.chain, ['data'])
  assert.deepEqual(instance.scan(invoice, { name: 'photo.jpg' }).detections[0]?.chain, [
    'photo.jpg',
    'inner.tar.gz',
    'eicar.com',
  ])
})

test('names with quotes, code, line ends and escape sequences inject nothing and come back as they are', (t) => {
  const folder = withFolder(t)
  const instance = load().instance()
  const names = [
    `a'); process.exit(9); ('`,
    `"; touch pwned; "`,
    '$(touch pwned)',
    '`touch pwned`',
    'line\nend',
    '\u001b[31mred',
    '%s%n{}',
    'ü𝄞',
    ' ',
  ]
  for (const name of names) {
    const { status, detections } = instance.scan(folder.file(name, eicar))
    assert.deepEqual([status, detections[0]?.chain], ['found', [name]])
    const member = instance.scan(zipOf([{ name, data: eicar }]), { name: 'z' })
    assert.deepEqual(member.detections[0]?.chain, ['z', name])
  }
  assert.deepEqual(readdirSync(folder.path).toSorted(), names.toSorted())
})

test('a relative path is relative to the working directory', (t) => {
  const path = withFolder(t).file('eicar.com', eicar)
  const instance = load().instance()
  const below = relative(process.cwd(), path)
  assert.notEqual(below, path)
  assert.equal(instance.scan(below).status, 'found')
  assert.equal(instance.scan(`./${below}`).status, 'found')
})

test('what cannot be read is failed with a reason, never clean and never the verdict before it', (t) => {
  const folder = withFolder(t)
  const instance = load().instance()
  const infected = folder.file('eicar.com', eicar)
  const closed = openSync(infected, 'r')
  closeSync(closed)
  const writeOnly = openSync(folder.file('write-only', eicar), 'a')
  mkdirSync(join(folder.path, 'folder'))
  const sources = [
    join(folder.path, 'missing'),
    join(infected, 'below-a-file'),
    join(folder.path, 'folder'),
    '',
    'nul\0byte',
    '/dev/null',
    closed,
    writeOnly,
    -1,
  ]
  for (const source of sources) {
    assert.equal(instance.scan(infected).status, 'found')
    const { status, detections, reasons } = instance.scan(source)
    assert.deepEqual([status, detections], ['failed', []], String(source))
    assert.deepEqual(
      reasons.map(({ code }) => code),
      ['unreadable'],
    )
    assert.notEqual(reasons[0]?.message, '')
  }
  assert.equal(instance.scan(closed, { size: 68 }).status, 'failed')
  assert.equal(instance.scan(folder.file('clean', 'clean')).status, 'clean')
  closeSync(writeOnly)
})

test('a FIFO without a writer is failed at once and hangs nobody', (t) => {
  const path = join(withFolder(t).path, 'fifo')
  execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', path])
  assert.deepEqual(scanInChild('', path).slice(0, 2), ['failed', 'unreadable'])
})

/** Status, first reason and its message of a scan in another process, which is killed when it hangs. */
function scanInChild(before: string, path: string): string[] {
  const code = `
    import { load } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)}
    const instance = load().instance()
    ${before}
    const { status, reasons } = instance.scan(process.argv[1])
    console.log(JSON.stringify([status, reasons[0]?.code, reasons[0]?.message]))`
  const args = ['--input-type=module-typescript', '-e', code, path]
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 })
  return JSON.parse(output) as string[]
}

test('a file without the right to read it is failed, not ok', (t) => {
  const folder = withFolder(t)
  const path = folder.file('secret', eicar)
  chmodSync(path, 0o000)
  chmodSync(folder.path, 0o755)
  const leaveRoot = 'if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }'
  const [status, reason, message] = scanInChild(leaveRoot, path)
  assert.deepEqual([status, reason], ['failed', 'unreadable'])
  assert.match(message ?? '', /EACCES/)
})

test('the first link of the chain is the base name of the path that was given', (t) => {
  const folder = withFolder(t)
  const path = folder.file('one', eicar)
  linkSync(path, join(folder.path, 'two'))
  const instance = load().instance()
  for (const name of ['one', 'two']) {
    const { detections } = instance.scan(join(folder.path, name))
    assert.deepEqual(detections[0]?.chain, [basename(name)])
  }
})

test('firstOnly ends at the first detection; without it everything is told', () => {
  const instance = load().instance()
  const bytes = zipOf(Array.from({ length: 5 }, (_, index) => ({ name: `${index}`, data: eicar })))
  const names = (firstOnly: boolean): unknown[] =>
    instance.scan(bytes, { firstOnly, name: 'z' }).detections.map(({ chain }) => chain[1])
  assert.deepEqual(names(true), ['0'])
  assert.deepEqual(names(false), ['0', '1', '2', '3', '4'])
})

test('of 1,200 detections a bounded number is told', () => {
  const bytes = zipOf(
    Array.from({ length: 1200 }, (_, index) => ({ name: `${index}`, data: eicar, method: 0 as const })),
  )
  const { status, detections } = load().instance().scan(bytes)
  assert.equal(status, 'found')
  assert.equal(detections.length, 1000)
})

test('the trace tells what every part did with every object', () => {
  const steps: string[] = []
  load()
    .instance()
    .scan(zipOf([{ name: 'eicar.com', data: eicar }]), {
      name: 'z',
      trace: ({ kind, id, chain, outcome, us }) => {
        assert.ok(us >= 0)
        steps.push(`${chain.join(' → ')}: ${kind} ${id} ${outcome}`)
      },
    })
  const told = steps.filter((step) => !/ (?:is none|nothing)$/.test(step))
  assert.deepEqual(told, [
    'z: format zip is one: opened',
    'z → eicar.com: detector eicar found Eicar-Test-Signature',
  ])
  const asked = 1 + heuristics.length + formats.length
  assert.equal(steps.length, 2 * asked)
  assert.equal(steps[0], 'z: detector eicar nothing')
  assert.ok(steps.includes('z → eicar.com: format tar is none'))
})

test('heuristics of which nobody is told are not run', () => {
  const engine = load({ heuristics: { reportScore: 101 } })
  assert.deepEqual(engine.version().detectors, ['eicar'])
  assert.equal(engine.instance().scan(Buffer.from(eicar)).status, 'found')
})
