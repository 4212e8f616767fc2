import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  binary,
  dword,
  key,
  merged,
  sz,
  writeHive,
  type WrittenKey,
  writtenTime,
  writtenTimeText,
} from '../../../test/support/hive-writer.ts'
import type { Hive } from '../hive.ts'
import { openHive } from '../registry/index.ts'
import { memorySource } from '../source.ts'
import { mountedDevicesIn, usbDevicesIn } from './index.ts'

const time = Buffer.alloc(8)
time.writeBigUInt64LE(writtenTime)
const volume = '{bbbbbbbb-1111-2222-3333-444444444444}'
const target = Buffer.from(
  '_??_USBSTOR#Disk&Ven_X&Prod_Y&Rev_1#SERIAL&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}',
  'utf16le',
)

function hiveOf(keys: readonly WrittenKey[]): Hive {
  return openHive(memorySource(writeHive({ name: 'ROOT', subkeys: merged(keys) })))
}

const device = 'ControlSet001\\Enum\\USBSTOR\\Disk&Ven_X&Prod_Y&Rev_1\\SERIAL&0'
const properties = `${device}\\Properties\\{83da6326-97a6-4088-9453-a1923f573b29}`
const system = hiveOf([
  key('Select', [dword('Current', 1)]),
  key(device, [sz('FriendlyName', 'X Y USB Device')]),
  key(`${properties}\\0066`, [binary('', time)]),
  key(`${properties}\\00000064\\00000000`, [binary('Data', time)]),
  key('MountedDevices', [
    binary('\\DosDevices\\E:', target),
    binary(`\\??\\Volume${volume}`, target),
    binary('\\DosDevices\\C:', Buffer.from('3ea0be5c0000100000000000', 'hex')),
    binary(
      '\\DosDevices\\D:',
      Buffer.concat([Buffer.from('DMIO:ID:'), Buffer.from('33221100554477668899aabbccddeeff', 'hex')]),
    ),
    binary('odd', Buffer.from('0102', 'hex')),
  ]),
])

test('a device has its letter, volume, times, and who used it', () => {
  const ntuser = hiveOf([
    key(`Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\MountPoints2\\${volume}`),
  ])
  const [stick] = usbDevicesIn({ system, users: [{ name: 'bob', ntuser }] })
  assert.deepEqual(stick, {
    bus: 'USBSTOR',
    device: 'Disk&Ven_X&Prod_Y&Rev_1',
    serial: 'SERIAL&0',
    name: 'X Y USB Device',
    driveLetters: ['E:'],
    volumes: [volume.toUpperCase()],
    users: ['bob'],
    installed: writtenTimeText,
    lastArrival: writtenTimeText,
    time: writtenTimeText,
  })
  const software = hiveOf([
    key('Microsoft\\Windows Portable Devices\\Devices\\SWD#WPDBUSENUM#_??_USBSTOR#DISK&VEN_X#SERIAL&0#', [
      sz('FriendlyName', 'BACKUP'),
    ]),
  ])
  assert.equal(usbDevicesIn({ system, software, users: [] })[0]?.name, 'BACKUP')
})

test('mounted devices are told by disk, partition or path', () => {
  assert.deepEqual(
    mountedDevicesIn(system).map((one) => one.target),
    [
      target.toString('utf16le'),
      target.toString('utf16le'),
      'disk 5cbea03e at 1048576',
      'GPT partition {00112233-4455-6677-8899-aabbccddeeff}',
      '0102',
    ],
  )
})
