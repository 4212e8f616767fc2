import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import {
  ChunkWriter,
  type ElementSpec,
  fragmentHeader,
  logFile,
  type SubSpec,
  type TemplateSpec,
  u32,
  u64,
  utf16,
  type ValueSpec,
} from '../../../test/support/evtx-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { type EvtxRecord, readEvtx } from './index.ts'

const guid = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')

function recordOf(root: ElementSpec, values: readonly ValueSpec[]): { record: EvtxRecord; notes: Notes } {
  const template: TemplateSpec = { guid, root }
  const chunk = new ChunkWriter().add({ id: 1, body: (at, writer) => writer.instance(at, template, values) })
  return firstOf(chunk)
}

function firstOf(chunk: ChunkWriter): { record: EvtxRecord; notes: Notes } {
  const notes = new Notes()
  const [record] = readEvtx(memorySource(logFile([chunk.bytes()])), { notes })
  assert.ok(record)
  return { record, notes }
}

const sub = (index: number): SubSpec => ({ sub: index, type: 1, optional: true })

/** The value as the content of an element: as JSON, and the text in the XML. */
function shown(type: number, bytes: Uint8Array): [unknown, string] {
  const { record } = recordOf({ name: 'A', content: [sub(0)] }, [{ type, bytes }])
  const xml = record.xml() ?? ''
  return [record.event()?.['A'], xml === '<A/>' ? '' : xml.slice('<A>'.length, -'</A>'.length)]
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

test('every type of value is decoded', () => {
  const filetime = u64(133_444_555_666_777_888n)
  const cases: readonly (readonly [type: number, bytes: Buffer, json: unknown, xml?: string])[] = [
    [0x00, hex(''), null, ''],
    [0x01, utf16('a<b\u0001한\0'), 'a<b\u0001한', 'a&lt;b&#x1;한'],
    [0x01, utf16('x'.repeat(100)), 'x'.repeat(100)],
    [0x01, hex(''), null, ''],
    [0x02, Buffer.from('caf\u00e9\u0080\0', 'latin1'), 'caf\u00e9€'],
    [0x03, hex('ff'), -1],
    [0x04, hex('ff'), 255],
    [0x05, hex('feff'), -2],
    [0x06, hex('feff'), 65_534],
    [0x07, hex('fdffffff'), -3],
    [0x08, hex('fdffffff'), 4_294_967_293],
    [0x09, hex('fcffffffffffffff'), -4],
    [0x09, hex('0000000000000080'), '-9223372036854775808'],
    [0x0a, hex('ffffffffffffffff'), '18446744073709551615'],
    [0x0a, hex('ffffffff00000000'), 4_294_967_295],
    [0x0b, hex('cdcccc3d'), 0.1],
    [0x0c, hex('9a9999999999b93f'), 0.1],
    [0x0c, hex('000000000000f07f'), 'Infinity'],
    [0x0d, hex('01000000'), true],
    [0x0d, hex('00000000'), false],
    [0x0d, hex('00010000'), true],
    [0x0e, hex('00ff1a'), '00FF1A'],
    [0x0f, guid, '03020100-0504-0706-0809-0A0B0C0D0E0F', '{03020100-0504-0706-0809-0A0B0C0D0E0F}'],
    [0x10, hex('ff000000'), '0xff'],
    [0x10, hex('ff00000001000000'), '0x1000000ff'],
    [0x11, filetime, '2023-11-14T17:12:46.6777888Z'],
    [0x11, u64(0n), '1601-01-01T00:00:00.0000000Z'],
    [0x12, hex('ea07 0100 0500 0200 0300 0400 0500 7b00'), '2026-01-02T03:04:05.123Z'],
    [0x12, hex('0000 0000 0000 0000 0000 0000 0000 0000'), null, ''],
    [0x13, hex('01 02 000000000005 20000000 20020000'), 'S-1-5-32-544'],
    [0x14, hex('0a000000'), '0xa'],
    [0x15, hex('0a00000000000080'), '0x800000000000000a'],
    [0x7a, hex('0102'), '0102'],
    // Too short for its type.
    [0x11, hex('010203'), null, ''],
    [0x0f, hex('0102'), null, ''],
  ]
  for (const [type, bytes, json, xml] of cases) {
    assert.deepEqual(
      shown(type, bytes),
      [json, xml ?? String(json)],
      `type ${type.toString(16)} ${bytes.toString('hex')}`,
    )
  }
})

test('the time is exact at both ends of what FILETIME can hold', () => {
  assert.deepEqual(shown(0x11, u64(0xffff_ffff_ffff_ffffn))[0], '+060056-05-28T05:36:10.9551615Z')
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2_650_467_743_999_999_999n }), (ticks) => {
      const ms = Number(ticks / 10_000n - 11_644_473_600_000n)
      const rest = String(ticks % 10_000_000n).padStart(7, '0')
      const expected = `${new Date(ms).toISOString().slice(0, 19)}.${rest}Z`
      assert.equal(shown(0x11, u64(ticks))[0], expected)
    }),
    { numRuns: 100 },
  )
})

test('an element whose content is an array stands once for each item', () => {
  const strings = utf16('one\0two\0')
  const { record } = recordOf(
    {
      name: 'Event',
      content: [
        {
          name: 'EventData',
          content: [
            { name: 'Data', content: [sub(0)] },
            { name: 'Binary', content: [sub(1)] },
          ],
        },
        { name: 'UserData', content: [{ name: 'Data', attributes: { Name: 'N' }, content: [sub(2)] }] },
        { name: 'Item', content: [sub(0)] },
        { name: 'Guids', attributes: { Of: sub(3) } },
      ],
    },
    [
      { type: 0x81, bytes: strings },
      { type: 0x00, bytes: hex('') },
      { type: 0x86, bytes: hex('01000200') },
      { type: 0x8f, bytes: Buffer.concat([guid, guid]) },
    ],
  )
  const text = '03020100-0504-0706-0809-0A0B0C0D0E0F'
  assert.deepEqual(record.event(), {
    Event: {
      EventData: { Data: { '#text': ['one', 'two'] }, Binary: null },
      UserData: { N: [1, 2] },
      Item: 'one',
      Item_1: 'two',
      Guids: { '#attributes': { Of: `${text}, ${text}` } },
    },
  })
  assert.equal(
    record.xml(),
    `<Event>
  <EventData>
    <Data>one</Data>
    <Data>two</Data>
    <Binary/>
  </EventData>
  <UserData>
    <Data Name="N">1</Data>
    <Data Name="N">2</Data>
  </UserData>
  <Item>one</Item>
  <Item>two</Item>
  <Guids Of="{${text}}, {${text}}"/>
</Event>`,
  )
})

test('names of data that mean something to JavaScript, or stand twice, are kept', () => {
  const data = (name: string, index: number): ElementSpec => ({
    name: 'Data',
    attributes: { Name: name },
    content: [sub(index)],
  })
  const { record } = recordOf(
    { name: 'EventData', content: [data('__proto__', 0), data('a', 0), data('a', 1), { name: '__proto__' }] },
    [
      { type: 1, bytes: utf16('x') },
      { type: 1, bytes: utf16('y') },
    ],
  )
  assert.equal(
    JSON.stringify(record.event()),
    '{"EventData":{"__proto__":"x","a":["x","y"],"__proto___1":null}}',
  )
  assert.equal(({} as Record<string, unknown>)['x'], undefined)
})

test('text between values is one text, and entities are characters', () => {
  const { record } = recordOf({ name: 'A', content: ['<', sub(0), ' & ', sub(1)] }, [
    { type: 4, bytes: hex('05') },
    { type: 0, bytes: hex('') },
  ])
  assert.deepEqual(record.event(), { A: '<5 & ' })
  assert.equal(record.xml(), '<A>&lt;5 &amp; </A>')
})

test('a fragment without template has no dependency ids, or has them all the same', () => {
  for (const hasDependency of [false, true]) {
    const root: ElementSpec = {
      name: 'Event',
      attributes: { xmlns: 'urn:x' },
      content: [
        {
          name: 'System',
          content: [
            { name: 'Channel', content: ['C'] },
            { name: 'EventID', content: ['7'] },
          ],
        },
      ],
    }
    const chunk = new ChunkWriter().add({
      id: 1,
      body: (at, writer) => writer.fragment(at, root, hasDependency),
    })
    const { record, notes } = firstOf(chunk)
    assert.deepEqual(record.event(), {
      Event: { '#attributes': { xmlns: 'urn:x' }, System: { Channel: 'C', EventID: '7' } },
    })
    assert.equal(record.system('channel'), 'C')
    assert.deepEqual(notes.kept, [])
  }
})

test('the same GUID with another content is another template', () => {
  const chunks = ['First', 'Other'].map((name) =>
    new ChunkWriter()
      .add({
        id: 1,
        body: (at, writer) =>
          writer.instance(at, { guid, root: { name, content: [sub(0)] } }, [{ type: 4, bytes: hex('01') }]),
      })
      .bytes(),
  )
  const records = [...readEvtx(memorySource(logFile(chunks)), { notes: new Notes() })]
  assert.deepEqual(
    records.map((record) => record.event()),
    [{ First: 1 }, { Other: 1 }],
  )
})

test('names that stand elsewhere in the chunk tell templates apart too', () => {
  const chunks = ['First', 'Other'].map((name) => {
    const chunk = new ChunkWriter()
    chunk.add({
      id: 1,
      body: (at) => chunk.instance(at, { guid: Buffer.alloc(16, 1), root: { name } }, []),
    })
    chunk.add({
      id: 2,
      body: (at) => chunk.instance(at, { guid, root: { name: 'Root', content: [{ name }] } }, []),
    })
    return chunk.bytes()
  })
  const records = [...readEvtx(memorySource(logFile(chunks)), { notes: new Notes() })]
  assert.deepEqual(
    records.map((record) => record.event()),
    [{ First: null }, { Root: { First: null } }, { Other: null }, { Root: { Other: null } }],
  )
})

test('a definition of another template is not taken for the own one', () => {
  const chunk = new ChunkWriter()
  const template = (name: string, fill: number): TemplateSpec => ({
    guid: Buffer.alloc(16, fill),
    root: { name },
  })
  const [first, second] = [template('First', 1), template('Other', 2)]
  chunk.add({ id: 1, body: (at) => chunk.instance(at, first, []) })
  chunk.add({ id: 2, body: (at) => chunk.instance(at, second, []) })
  const last = chunk.end
  chunk.add({ id: 3, body: (at) => chunk.instance(at, first, []) })
  const bytes = chunk.bytes()
  const offsetOf = (record: number): number => bytes.readUInt32LE(record + 24 + 4 + 6)
  bytes.writeUInt32LE(offsetOf(512 + bytes.readUInt32LE(512 + 4)), last + 24 + 4 + 6)
  const records = [...readEvtx(memorySource(logFile([bytes])), { notes: new Notes() })]
  assert.deepEqual(
    records.map((record) => record.event()),
    [{ First: null }, { Other: null }, { First: null }],
  )
})

test('fragments within fragments are read to a depth of 16', () => {
  const nestedTo = (depth: number): unknown => {
    const chunk = new ChunkWriter()
    const template: TemplateSpec = { guid, root: { name: 'L', content: [sub(0)] } }
    const nested = (level: number): ValueSpec =>
      level === 0
        ? { type: 1, bytes: utf16('x') }
        : { type: 0x21, bytes: (at) => chunk.instance(at, template, [nested(level - 1)]) }
    chunk.add({ id: 1, body: (at) => chunk.instance(at, template, [nested(depth)]) })
    return firstOf(chunk).record.event()
  }
  assert.match(JSON.stringify(nestedTo(16)), /"x"/)
  assert.equal(nestedTo(17), undefined)
})

test('bare elements may be read again and again', () => {
  const chunk = new ChunkWriter()
  const root: ElementSpec = { name: 'A', content: Array.from({ length: 900 }, () => ({ name: 'B' })) }
  const inner: ValueSpec = { type: 0x21, bytes: (at) => chunk.fragment(at, root, false) }
  chunk.add({
    id: 1,
    body: (at) => chunk.instance(at, { guid, root: { name: 'E', content: [sub(0)] } }, [inner]),
  })
  const { record, notes } = firstOf(chunk)
  for (let round = 0; round < 200; round += 1) assert.ok(record.event())
  assert.deepEqual(notes.kept, [])
})

test('what repeats itself without end is a fault of the record, soon', () => {
  // Each level uses the value below a hundred times.
  const many = (name: string): ElementSpec => ({ name, content: Array.from({ length: 100 }, () => sub(0)) })
  const nested = (level: number): ValueSpec => ({
    type: level === 0 ? 1 : 0x21,
    bytes:
      level === 0
        ? utf16('x')
        : (at) => writer.instance(at, templates[level] ?? { guid, root: many('L') }, [nested(level - 1)]),
  })
  const templates = Array.from({ length: 8 }, (_, level) => ({
    guid: Buffer.alloc(16, level + 1),
    root: many(`L${level}`),
  }))
  const writer = new ChunkWriter()
  writer.add({ id: 1, body: (at) => writer.instance(at, { guid, root: many('Event') }, [nested(6)]) })
  const { record, notes } = firstOf(writer)
  const started = performance.now()
  assert.equal(record.event(), undefined)
  assert.equal(record.xml(), undefined)
  assert.ok(performance.now() - started < 1000)
  assert.match(notes.kept[0]?.text ?? '', /^record 1 cannot be read: its values repeat too often$/)
})

test('elements that are nested too deeply, and fragments that hold themselves, are faults', () => {
  let deep: ElementSpec = { name: 'E' }
  for (let level = 0; level < 100; level += 1) deep = { name: 'E', content: [deep] }
  assert.equal(recordOf(deep, []).record.event(), undefined)
  // A value that spans its own record: the instance in it is the record's own.
  const chunk = new ChunkWriter()
  const template: TemplateSpec = { guid, root: { name: 'A', content: [sub(0)] } }
  chunk.add({
    id: 1,
    body: (at, writer) =>
      Buffer.concat([
        writer.instance(at, template, []).subarray(0, -4),
        u32(1),
        hex('0800 21 00'),
        fragmentHeader,
        hex('0c010000'),
      ]),
  })
  const { record, notes } = firstOf(chunk)
  assert.equal(record.event(), undefined)
  assert.equal(notes.kept.length, 1)
})

const text = fc.constantFrom('', 'a', 'Data', 'Name', 'EventData', 'x y', '__proto__', '#text')
const names = fc.constantFrom('Event', 'System', 'EventData', 'UserData', 'Data', 'A', 'B', '__proto__')
const part = fc.oneof(
  text,
  fc.integer({ min: 0, max: 5 }).map((index) => sub(index)),
)
const element = fc.letrec<{ element: ElementSpec }>((tie) => ({
  element: fc.record({
    name: names,
    attributes: fc.dictionary(fc.constantFrom('Name', 'b', 'c'), part, { maxKeys: 2 }),
    content: fc.array(fc.oneof({ maxDepth: 3, depthSize: 'small' }, part, tie('element')), { maxLength: 4 }),
  }),
})).element
const value: fc.Arbitrary<ValueSpec> = fc.oneof(
  fc.constant({ type: 0, bytes: hex('') }),
  text.map((content) => ({ type: 1, bytes: utf16(content) })),
  fc.constantFrom(
    { type: 4, bytes: hex('07') },
    { type: 0x81, bytes: utf16('p\0q\0') },
    { type: 0x84, bytes: hex('0102') },
  ),
)

test('compiled templates say the same as the way without short cuts', () => {
  fc.assert(
    fc.property(element, element, fc.array(value, { minLength: 3, maxLength: 5 }), (root, inner, values) => {
      const chunk = new ChunkWriter()
      const nested: ValueSpec = {
        type: 0x21,
        bytes: (at) => chunk.instance(at, { guid: Buffer.alloc(16, 9), root: inner }, values),
      }
      chunk.add({ id: 1, body: (at) => chunk.instance(at, { guid, root }, [nested, ...values]) })
      const { record, notes } = firstOf(chunk)
      assert.equal(JSON.stringify(record.event()), JSON.stringify(record.eventByNodes()))
      assert.deepEqual(notes.kept, [])
    }),
    { numRuns: 500 },
  )
})
