import assert from 'node:assert/strict'
import { test } from 'node:test'

import { guidBytes, u16, u32, wide } from '../../test/support/artefact-fields.ts'
import {
  fileItem,
  lpwstr,
  numberedProperty,
  propertyStore,
  rootItem,
  volumeItem,
} from '../../test/support/shortcut-writer.ts'
import { readShellItem, readShellItems, shellPath } from './shell-items.ts'

test('a file with its times, names and record', () => {
  const item = fileItem({
    type: 0x32,
    shortName: 'LONGNA~1.TXT',
    longName: 'Long name.txt',
    modified: '2016-02-29 13:14:58',
    created: '2015-01-01 00:00:02',
    accessed: '2016-03-01 10:00:00',
    entry: 0x12345678,
    sequence: 9,
    localized: '@shell32.dll,-1',
  })
  assert.deepEqual(readShellItem(item), {
    type: 'file',
    classType: 0x32,
    name: 'Long name.txt',
    shortName: 'LONGNA~1.TXT',
    localizedName: '@shell32.dll,-1',
    modified: '2016-02-29T13:14:58',
    created: '2015-01-01T00:00:02',
    accessed: '2016-03-01T10:00:00',
    fileSize: 1234,
    fileAttributes: 0x20,
    mftEntry: 0x12345678,
    mftSequence: 9,
    extensions: [0xbeef0004],
  })
})

test('each version of the extension has its own layout', () => {
  for (const version of [3, 7, 8, 9] as const) {
    const item = readShellItem(
      fileItem({
        type: 0x31,
        shortName: 'D',
        longName: '폴더',
        version,
        modified: '2016-02-29 13:14:58',
        entry: 5,
        sequence: 1,
      }),
    )
    assert.equal(item.name, '폴더')
    assert.equal(item.type, 'directory')
    assert.equal(item.mftEntry, version === 3 ? undefined : 5)
  }
  const wideName = readShellItem(
    fileItem({ type: 0x36, shortName: '가나다', modified: '2016-02-29 13:14:58' }),
  )
  assert.deepEqual([wideName.name, wideName.extensions], ['가나다', undefined])
})

test('a path begins at the drive', () => {
  const { items, isCut } = readShellItems(
    Buffer.concat([
      rootItem('20d04fe0-3aea-1069-a2d8-08002b30309d'),
      volumeItem('D:\\'),
      fileItem({ type: 0x31, shortName: 'A', modified: '2016-02-29 13:14:58' }),
      fileItem({ type: 0x32, shortName: 'B.TXT', modified: '2016-02-29 13:14:58' }),
      u16(0),
    ]),
  )
  assert.equal(isCut, false)
  assert.equal(shellPath(items), 'D:\\A\\B.TXT')
  assert.equal(shellPath(items.slice(0, 1)), 'This PC')
})

test('other kinds of items', () => {
  const sized = (content: Buffer): Buffer => Buffer.concat([u16(content.length + 2), content])
  const share = sized(Buffer.concat([Buffer.of(0x41, 0, 0), Buffer.from('\\\\server\0')]))
  const address = sized(Buffer.concat([Buffer.of(0x61, 0x80), u16(0, 0), wide('http://a.example/\0')]))
  const control = sized(
    Buffer.concat([Buffer.of(0x71), Buffer.alloc(11), guidBytes('26ee0668-a00a-44d7-9371-beb064c98683')]),
  )
  const store = propertyStore([
    { format: '28636aa6-953d-11d2-b5d6-00c04fd918d0', values: [numberedProperty(30, 0x1f, lpwstr('C:\\x'))] },
  ])
  const view = sized(Buffer.concat([Buffer.of(0, 0), u16(0), u32(0x23febbee), u16(store.length, 0), store]))
  const delegate = Buffer.concat([
    Buffer.of(0x74, 0),
    u16(0),
    Buffer.from('CFSF'),
    fileItem({ type: 0x31, shortName: 'Inner', modified: '2016-02-29 13:14:58' }),
  ])
  assert.deepEqual(
    [share, address, control, view, sized(delegate)].map((item) => {
      const { type, name } = readShellItem(item)
      return [type, name]
    }),
    [
      ['network', '\\\\server'],
      ['uri', 'http://a.example/'],
      ['control-panel', 'Control Panel'],
      ['property-view', 'C:\\x'],
      ['directory', 'Inner'],
    ],
  )
})

test('a size that goes on behind the end is told', () => {
  const item = volumeItem('C:\\')
  assert.deepEqual(readShellItems(item.subarray(0, 10)), { items: [], isCut: true })
  assert.equal(readShellItems(Buffer.concat([item, u16(2)])).isCut, true)
  assert.equal(readShellItems(item).items.length, 1)
})
