import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import {
  wmiClass,
  wmiHash,
  wmiIndex,
  wmiInstance,
  wmiMapping,
  wmiObjects,
  type WmiRecordSpec,
} from '../../../test/support/wmi-writer.ts'
import { wmiClasses } from '../../../test/support/wmi-classes.ts'
import { must } from '../../../test/support/must.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { readWmiRepository, type WmiObject } from './index.ts'

const text = 8
const sidType = 0x2011

const sid = Buffer.from('01020000000000052000000020020000', 'hex')
const query = "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA 'Win32_LocalTime'"
const filterTypes = [text, text, text, text, sidType, text]
const filter = wmiInstance('__EventFilter', filterTypes, [
  'Updater',
  'root\\cimv2',
  'WQL',
  query,
  sid,
  undefined,
])
const commandTypes = [text, 0x13, sidType, text, text, text, 11]
const command = wmiInstance('CommandLineEventConsumer', commandTypes, [
  undefined,
  undefined,
  sid,
  'Updater',
  undefined,
  'powershell -enc 한글',
  0,
])
const bindingTypes = [0x66, 0x66, 11]
const binding = wmiInstance('__FilterToConsumerBinding', bindingTypes, [
  '\\\\.\\root\\subscription:CommandLineEventConsumer.Name="Updater"',
  '__EventFilter.Name="Updater"',
  0,
])

function definitions(page: number): WmiRecordSpec[] {
  return wmiClasses.map((spec, index) => ({ page, id: 100 + index, bytes: wmiClass(spec) }))
}

function read(
  objects: Buffer,
  more: { index?: Buffer; mappings?: readonly Buffer[] } = {},
): { found: WmiObject[]; notes: string[] } {
  const notes = new Notes()
  const found = readWmiRepository(
    {
      objects: memorySource(objects),
      ...(more.index === undefined ? {} : { index: memorySource(more.index) }),
      mappings: (more.mappings ?? []).map(memorySource),
    },
    notes,
  )
  return { found, notes: notes.kept.map(({ text: note }) => note) }
}

const usual: readonly WmiRecordSpec[] = [
  ...definitions(0),
  { page: 1, id: 1, bytes: filter },
  { page: 1, id: 2, bytes: command },
  { page: 1, id: 3, bytes: binding },
]
const timestamps = ['2026-11-22T10:00:00.0000000Z', '2026-11-21T10:00:00.0000000Z']

test('filter, consumer and binding, with what they wait for and do', () => {
  const { found, notes } = read(wmiObjects(2, usual))
  assert.deepEqual(notes, [])
  const [first, second, third] = found.map(({ offset, ...rest }) => {
    assert.ok(offset > 8192)
    return rest
  })
  assert.deepEqual(first, {
    kind: 'filter',
    class: '__EventFilter',
    name: 'Updater',
    state: 'live',
    timestamps,
    creator: 'S-1-5-32-544',
    properties: { Name: 'Updater', EventNamespace: 'root\\cimv2', QueryLanguage: 'WQL', Query: query },
  })
  assert.deepEqual(second, {
    kind: 'consumer',
    class: 'CommandLineEventConsumer',
    name: 'Updater',
    state: 'live',
    timestamps,
    creator: 'S-1-5-32-544',
    properties: { Name: 'Updater', CommandLineTemplate: 'powershell -enc 한글', RunInteractively: false },
  })
  assert.deepEqual(third, {
    kind: 'binding',
    class: '__FilterToConsumerBinding',
    state: 'live',
    timestamps,
    properties: {
      Consumer: '\\\\.\\root\\subscription:CommandLineEventConsumer.Name="Updater"',
      Filter: '__EventFilter.Name="Updater"',
      DeliverSynchronously: false,
    },
    consumer: { class: 'CommandLineEventConsumer', name: 'Updater' },
    filter: { class: '__EventFilter', name: 'Updater' },
    query,
    action: 'powershell -enc 한글',
  })
  assert.equal(found.length, 3)
})

test('what lies in a page that the newest mapping has not, or in no list, is a remnant', () => {
  const old = wmiInstance('__EventFilter', filterTypes, [
    'Old',
    'root\\cimv2',
    'WQL',
    'select 1',
    sid,
    undefined,
  ])
  const objects = wmiObjects(4, [...usual, { page: 2, id: 1, bytes: old }])
  command.copy(objects, 3 * 8192 + 4000)
  const mappings = [wmiMapping(7, [0, 1], [0]), wmiMapping(6, [0, 1, 2], [0])]
  const { found, notes } = read(objects, { mappings })
  assert.deepEqual(notes, [])
  assert.deepEqual(
    found.map(({ kind, name, state }) => [kind, name, state]),
    [
      ['filter', 'Updater', 'live'],
      ['consumer', 'Updater', 'live'],
      ['filter', 'Old', 'remnant'],
      ['consumer', 'Updater', 'remnant'],
      ['binding', undefined, 'live'],
    ],
  )
})

test('the index tells the name space', () => {
  const instance = (id: number): string[] => [
    `NS_${wmiHash('root\\subscription')}`,
    `CI_${wmiHash('__EventFilter')}`,
    `IL_${wmiHash('Updater')}.1.${id}.${filter.length}`,
  ]
  const index = wmiIndex([instance(1), ['NS_ABC'], [`NS_${'0'.repeat(64)}`, 'CI_1', 'IL_2.1.2.50']])
  const { found } = read(wmiObjects(2, usual), { index, mappings: [wmiMapping(1, [0, 1], [0])] })
  assert.deepEqual(
    found.map(({ namespace }) => namespace),
    ['root\\subscription', '0'.repeat(64), undefined],
  )
})

test('a record that goes on in the next logical page is read whole', () => {
  const script = `' ${'x'.repeat(20_000)}\nMsgBox 1`
  const long = wmiInstance(
    'ActiveScriptEventConsumer',
    [text, 0x13, sidType, text, text, text],
    [undefined, 5, undefined, 'S', 'VBScript', script],
  )
  const objects = wmiObjects(6, [...definitions(0), { page: 1, id: 9, bytes: long }], new Map([[1, 3]]))
  const { found } = read(objects, { mappings: [wmiMapping(1, [0, 1, 3, 4, 5], [0])] })
  assert.deepEqual(found[0]?.properties, {
    MaximumQueueSize: 5,
    Name: 'S',
    ScriptingEngine: 'VBScript',
    ScriptText: script,
  })
})

test('without definitions of wmiClasses there are all texts, and what a filter is shows', () => {
  const { found } = read(
    wmiObjects(
      2,
      usual.filter(({ page }) => page === 1),
    ),
  )
  const [first, second, third] = found
  assert.deepEqual(first?.properties, {
    Name: 'Updater',
    EventNamespace: 'root\\cimv2',
    QueryLanguage: 'WQL',
    Query: query,
  })
  assert.deepEqual(second?.texts, ['Updater', 'powershell -enc 한글'])
  assert.deepEqual(third?.consumer, { class: 'CommandLineEventConsumer', name: 'Updater' })
})

test('a class with a place that no property has does not tell its properties', () => {
  const gap = definitions(0).filter(({ id }) => id !== 103)
  const spec = {
    ...must(wmiClasses[3]),
    properties: must(wmiClasses[3]).properties.filter(([, , index]) => index !== 1),
  }
  const [first] = read(
    wmiObjects(2, [...gap, { page: 0, id: 103, bytes: wmiClass(spec) }, ...usual.slice(-3)]),
  ).found
  assert.deepEqual(first?.texts, ['Updater', 'root\\cimv2', 'WQL', query])
})

test('a binding has the query of the live filter, not that of an older version', () => {
  const old = wmiInstance('__EventFilter', filterTypes, [
    'Updater',
    'root',
    'WQL',
    'select old',
    sid,
    undefined,
  ])
  for (const page of [1, 2]) {
    const objects = wmiObjects(4, [
      ...definitions(0),
      ...usual.slice(-3).map((record) => ({ ...record, page: 3 - page })),
    ])
    old.copy(objects, page * 8192 + 5000)
    assert.equal(read(objects).found.at(-1)?.query, query)
  }
})

test('index pages that are not in the newest mapping are not believed', () => {
  const key = (space: string): string[][] => [[`NS_${wmiHash(space)}`, 'CI_1', 'IL_1.1.1.9']]
  const index = Buffer.concat([wmiIndex(key('root\\default')), wmiIndex(key('root\\cimv2'))])
  const { found } = read(wmiObjects(2, usual), { index, mappings: [wmiMapping(1, [0, 1], [0])] })
  assert.equal(found[0]?.namespace, 'root\\default')
})

test('consumers of wmiClasses of their own are found by the bindings that name them', () => {
  const spec = {
    name: 'EvilConsumer',
    superClass: '__EventConsumer',
    properties: [['Name', text, 3]],
  } as const
  const own = wmiInstance('EvilConsumer', [text, 0x13, sidType, text], [undefined, undefined, undefined, 'E'])
  const bound = wmiInstance('__FilterToConsumerBinding', bindingTypes, [
    'EvilConsumer.Name="E"',
    '__EventFilter.Name="Updater"',
    0,
  ])
  const { found } = read(
    wmiObjects(2, [
      ...definitions(0),
      { page: 1, id: 1, bytes: wmiClass(spec) },
      { page: 1, id: 2, bytes: own },
      { page: 1, id: 3, bytes: bound },
    ]),
  )
  assert.deepEqual(
    found.map((object) => [object.kind, object.class, object.name]),
    [
      ['consumer', 'EvilConsumer', 'E'],
      ['binding', '__FilterToConsumerBinding', undefined],
    ],
  )
})

test('a repository of Windows XP has the hashes of MD5', () => {
  const old = wmiInstance(
    '__EventFilter',
    filterTypes,
    ['Xp', 'root', 'WQL', 'select 1', sid, undefined],
    true,
  )
  const { found } = read(wmiObjects(2, [...definitions(0), { page: 1, id: 1, bytes: old }]))
  assert.deepEqual([found[0]?.name, found[0]?.properties['Query']], ['Xp', 'select 1'])
})

test('of a deleted binding the texts are carved', () => {
  const objects = wmiObjects(3, usual)
  const texts = '\0ActiveScriptEventConsumer.Name="gone"\0\0__EventFilter.Name="gone filter"\0'
  objects.write(texts, 2 * 8192 + 555, 'latin1')
  const carved = must(read(objects).found.at(-1))
  assert.deepEqual(
    [carved.state, carved.consumer, carved.filter],
    [
      'remnant',
      { class: 'ActiveScriptEventConsumer', name: 'gone' },
      { class: '__EventFilter', name: 'gone filter' },
    ],
  )
})

test('what is no repository gives nothing and a note', () => {
  assert.deepEqual(read(Buffer.alloc(20_000)), {
    found: [],
    notes: ['OBJECTS.DATA has no list of records: all that is found is a remnant'],
  })
})

test('any damage ends in objects and notes', () => {
  const whole = wmiObjects(2, usual)
  const mapping = wmiMapping(3, [0, 1], [0])
  const index = wmiIndex([['NS_1', 'CI_2', 'IL_3.1.2.3']])
  const changes = fc.array(fc.tuple(fc.nat(2 * 8192 - 1), fc.nat(255)), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(changes, (list) => {
      const [objects, map, keys] = [whole, mapping, index].map((bytes) => Buffer.from(bytes))
      for (const [at, value] of list) {
        for (const bytes of [objects, map, keys]) if (bytes !== undefined) bytes[at % bytes.length] = value
      }
      JSON.stringify(read(must(objects), { index: must(keys), mappings: [must(map)] }))
    }),
    { numRuns: 60 },
  )
})
