// Compound files without macros and other bad streams, as a reader in Python checks them: one that follows [MS-CFB] to the
// letter and shares no code with the engine.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { deflateSync } from 'node:zlib'

import { cfbOf, type CfbNode, type CfbOptions } from '../../../../test/support/cfb-writer.ts'
import { Curer } from '../../../../test/support/cured.ts'
import { payload } from '../../../../test/support/golden.ts'
import { randomBytes } from '../../../../test/support/random.ts'
import { eicar } from '../../../../test/support/samples.ts'
import { withScratch } from '../../../../test/support/scratch.ts'
import { vbaStorage } from '../../../../test/support/vba-writer.ts'
import { zipOf } from '../../../../test/support/zip-writer.ts'

const checker = String.raw`
import hashlib, struct, sys
data = open(sys.argv[1], 'rb').read()
FREE, END, FATSECT, DIFSECT, NONE = 0xffffffff, 0xfffffffe, 0xfffffffd, 0xfffffffc, 0xffffffff
version, order, shift = struct.unpack_from('<HHH', data, 0x1a)
size = 1 << shift
first_directory, = struct.unpack_from('<I', data, 0x30)
first_mini, mini_count, first_difat = struct.unpack_from('<III', data, 0x3c)
sector = lambda n: data[(n + 1) * size:(n + 2) * size]
words = lambda b: list(struct.unpack('<%dI' % (len(b) // 4), b))
parts = [n for n in words(data[0x4c:512]) if n != FREE]
difats = []
while first_difat < DIFSECT:
    difats.append(first_difat)
    part = words(sector(first_difat))
    parts += [n for n in part[:-1] if n != FREE]
    first_difat = part[-1]
fat = [w for n in parts for w in words(sector(n))]
owner = {}
def chain(first, table, owners, who):
    found = []
    while first != END:
        assert first not in owners, ('shared', who, owners.get(first))
        owners[first] = who
        found.append(first)
        first = table[first]
    return found
for n in parts: owner[n] = 'FAT'; assert fat[n] == FATSECT
for n in difats: owner[n] = 'DIFAT'; assert fat[n] == DIFSECT
directory = b''.join(sector(n) for n in chain(first_directory, fat, owner, 'directory'))
minifat = words(b''.join(sector(n) for n in (chain(first_mini, fat, owner, 'minifat') if first_mini != END else [])))
class Entry: pass
entries = []
for at in range(0, len(directory), 128):
    raw = directory[at:at + 128]
    e = Entry()
    length, e.type, e.colour, e.left, e.right, e.child = struct.unpack_from('<HBBIII', raw, 0x40)
    e.name = raw[:max(0, length - 2)].decode('utf-16-le')
    e.start, e.size = struct.unpack_from('<II', raw, 0x74)
    if e.type == 0:
        assert raw[:0x44].count(0) == 0x44 and raw[0x44:0x50] == b'\xff' * 12 and raw[0x50:].count(0) == 48, 'unused'
    entries.append(e)
root = entries[0]
mini_stream = b''.join(sector(n) for n in (chain(root.start, fat, owner, 'mini stream') if root.size else []))
mini_owner, seen = {}, {0}
key = lambda name: (len(name), name.upper())
def walk(n, path, low, high, parent_red):
    if n == NONE: return
    e = entries[n]
    assert n not in seen and e.type in (1, 2), ('tree', path)
    seen.add(n)
    assert (low is None or low < key(e.name)) and (high is None or key(e.name) < high), ('order', path, e.name)
    assert not (parent_red and e.colour == 0), 'two red entries'
    walk(e.left, path, low, key(e.name), e.colour == 0)
    if e.type == 1:
        print('storage', repr(path + e.name))
        walk(e.child, path + e.name + '/', None, None, False)
    else:
        if e.size == 0: content = b''
        elif e.size < 4096: content = b''.join(mini_stream[m * 64:m * 64 + 64] for m in chain(e.start, minifat, mini_owner, e.name))
        else: content = b''.join(sector(m) for m in chain(e.start, fat, owner, e.name))
        assert len(content) >= e.size, 'short'
        print('stream', repr(path + e.name), e.size, hashlib.sha256(content[:e.size]).hexdigest()[:16])
    walk(e.right, path, key(e.name), high, e.colour == 0)
walk(root.child, '', None, None, False)
assert all(e.type == 0 or n in seen for n, e in enumerate(entries)), 'lost entries'
for n, value in enumerate(fat):
    if n in owner: continue
    assert value == FREE, ('lost sector', n)
    assert sector(n).count(0) == len(sector(n)), ('free sector with content', n)
for n, value in enumerate(minifat):
    if n in mini_owner or n * 64 >= root.size: continue
    assert value == FREE, ('lost mini sector', n)
    assert not mini_stream[n * 64:n * 64 + 64].strip(b'\0'), ('free mini sector with content', n)
`

function checked(t: TestContext, bytes: Uint8Array): string[] {
  const path = withScratch(t).at('file')
  writeFileSync(path, bytes)
  const shown = execFileSync('python3', ['-c', checker, path], { encoding: 'utf8' })
  return shown
    .split('\n')
    .filter((line) => line !== '')
    .toSorted()
}

const modules = [
  { name: 'ThisDocument', source: 'Attribute VB_Name = "ThisDocument"\r\n', isClass: true },
  {
    name: 'Module1',
    source: `Attribute VB_Name = "Module1"\r\n' ${payload}\r\n${"' filler\r\n".repeat(900)}`,
  },
]
const project = [
  vbaStorage({ modules }),
  { name: 'PROJECT', data: 'ID="{0}"\r\n' },
  { name: 'PROJECTwm', data: 'x'.repeat(30) },
  {
    name: 'UserForm1',
    children: [
      { name: 'f', data: 'form' },
      { name: 'o', data: 'strings' },
    ],
  },
]
const noise = (bytes: number, seed: number): Uint8Array => randomBytes(bytes, seed)

const document: readonly CfbNode[] = [
  { name: 'WordDocument', data: noise(9000, 1) },
  { name: '1Table', data: noise(3000, 2) },
  { name: '\u0005SummaryInformation', data: noise(200, 3) },
  { name: 'Macros', children: project },
  { name: 'Data', data: noise(5000, 4) },
  ...Array.from({ length: 20 }, (_, at) => ({
    name: `s${at}é${'x'.repeat(at % 3)}`,
    data: noise(at * 37, at),
  })),
  { name: 'ObjectPool', children: [{ name: '_1', children: [{ name: 'CONTENTS', data: 'harmless' }] }] },
]

for (const version of [3, 4] as const) {
  test(`a macro takes its whole project with it, and nothing else: version ${version}`, (t) => {
    const options: CfbOptions = { version }
    const before = cfbOf(document, options)
    const curer = new Curer(withScratch(t))
    const { changes, after } = curer.cure(before)
    assert.deepEqual(changes, ['removed VBA/Module1.bas'])
    assert.deepEqual(
      checked(t, after),
      checked(t, before).filter((line) => !line.includes("'Macros")),
    )
    assert.equal(after.length, before.length)
    assert.equal(curer.scan(after).status, 'clean')
    for (const gone of ['Module1', 'UserForm1', 'Macros']) {
      assert.ok(!after.includes(Buffer.from(gone, 'utf16le')), gone)
    }
  })
}

test('a workbook does not say any more that it has macros', (t) => {
  const record = (type: number, length: number): Buffer => {
    const out = Buffer.alloc(4 + length, 7)
    out.writeUInt16LE(type)
    out.writeUInt16LE(length, 2)
    return out
  }
  const workbook = (hasMacros: number): Buffer =>
    Buffer.concat([
      Buffer.from('0908100000060500bb0dcc0700000000060000', 'hex'),
      Buffer.of(0),
      record(0x00d2, 211),
      record(hasMacros, 0),
      record(0x000a, 0),
      // Behind the end of the first substream it is something else.
      record(0x00d3, 0),
      Buffer.alloc(5000),
    ])
  const file = (book: Buffer, children: readonly CfbNode[]): Uint8Array =>
    cfbOf([{ name: 'Workbook', data: book }, ...children])
  const { after } = new Curer(withScratch(t)).cure(
    file(workbook(0x00d3), [{ name: '_VBA_PROJECT_CUR', children: project }]),
  )
  const [line] = checked(t, file(workbook(0x01c0), []))
  assert.deepEqual(checked(t, after), [line])
})

test('bad streams elsewhere are overwritten and keep their size', (t) => {
  const package_ = zipOf([{ name: 'bad.com', data: eicar }])
  const children = (bad: (bytes: Uint8Array) => Uint8Array): readonly CfbNode[] => [
    { name: 'WordDocument', data: noise(5000, 1) },
    {
      name: 'ObjectPool',
      children: [
        { name: '_1', children: [{ name: 'Package', data: bad(package_) }] },
        {
          name: '_2',
          children: [{ name: 'CONTENTS', data: bad(Buffer.concat([Buffer.from(eicar), Buffer.alloc(0)])) }],
        },
        { name: '_3', children: [{ name: 'CONTENTS', data: 'good' }] },
      ],
    },
  ]
  const { after } = new Curer(withScratch(t)).cure(cfbOf(children((bytes) => bytes)))
  assert.deepEqual(checked(t, after), checked(t, cfbOf(children((bytes) => new Uint8Array(bytes.length)))))
})

test('a document whose own text is bad, and one that is nothing but macros, are refused', (t) => {
  const curer = new Curer(withScratch(t))
  const refused: readonly (readonly [readonly CfbNode[], string])[] = [
    [[{ name: 'WordDocument', data: eicar }], 'WordDocument cannot be taken out'],
    [project, 'it is nothing but macros'],
  ]
  for (const [children, message] of refused) {
    assert.deepEqual(curer.cure(cfbOf(children)).outcome, { kind: 'refused', message })
  }
})

test('a macro in a presentation leaves an empty project', (t) => {
  const record = (type: number, instance: number, data: Uint8Array): Buffer => {
    const head = Buffer.alloc(8)
    head.writeUInt16LE((instance << 4) | (type === 0x03ff ? 15 : 0))
    head.writeUInt16LE(type, 2)
    head.writeUInt32LE(data.length, 4)
    return Buffer.concat([head, data])
  }
  const info = (hasMacros: number): Buffer =>
    record(0x03ff, 1, record(0x0400, 0, Buffer.from([9, 0, 0, 0, hasMacros, 0, 0, 0, 2, 0, 0, 0])))
  const packed = (bytes: Uint8Array): Buffer => {
    const size = Buffer.alloc(4)
    size.writeUInt32LE(bytes.length)
    return record(0x1011, 1, Buffer.concat([size, deflateSync(bytes)]))
  }
  const embedded = cfbOf([{ name: 'CONTENTS', data: 'good' }])
  const stream = Buffer.concat([
    info(1),
    packed(embedded),
    packed(cfbOf(project)),
    record(0x0fff, 0, Buffer.of(1)),
  ])
  const curer = new Curer(withScratch(t))
  const { changes, after } = curer.cure(cfbOf([{ name: 'PowerPoint Document', data: stream }]))
  assert.deepEqual(changes, ['removed PowerPoint Document/object 2'])
  assert.equal(curer.scan(after).status, 'clean')
  assert.ok(after.includes(info(0)))
  assert.ok(!after.includes(info(1)))
  assert.ok(after.includes(packed(embedded)))
})

test('files that are not built to the letter are refused', (t) => {
  const whole = Buffer.from(cfbOf(document))
  const curer = new Curer(withScratch(t))
  const directoryAt = (whole.readUInt32LE(0x30) + 1) * 512
  const damages: readonly (readonly [title: string, at: number, value: number])[] = [
    ['a tree that goes in circles', directoryAt + 0x4c, 0],
    ['a chain that leads out of the file', directoryAt + 128 + 0x74, 100_000],
    ['a stream that shares its sectors', directoryAt + 128 + 0x74, whole.readUInt32LE(0x30)],
    ['a size of 2 GiB', directoryAt + 128 + 0x78, 0x7fffffff],
    ['a table that is its own list', 0x44, 0],
  ]
  for (const [title, at, value] of damages) {
    const damaged = Buffer.from(whole)
    damaged.writeUInt32LE(value, at)
    assert.equal(curer.cure(damaged).outcome.kind, 'refused', title)
  }
})
