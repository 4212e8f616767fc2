import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  binary,
  dword,
  key,
  merged,
  sz,
  writeHive,
  writtenTime,
  writtenTimeText,
} from '../../../test/support/hive-writer.ts'
import { openHive } from '../registry/index.ts'
import { memorySource } from '../source.ts'
import { systemFacts } from './index.ts'

test('name, version, installation, zone and shutdown are told with their keys', () => {
  const shutdown = Buffer.alloc(8)
  shutdown.writeBigUInt64LE(writtenTime)
  const hive = (subkeys: ReturnType<typeof key>[]) =>
    openHive(memorySource(writeHive({ name: 'ROOT', subkeys: merged(subkeys) })))
  const system = hive([
    key('Select', [dword('Current', 2), dword('LastKnownGood', 1)]),
    key('ControlSet001\\Control\\ComputerName\\ComputerName', [sz('ComputerName', 'OLD')]),
    key('ControlSet002\\Control\\ComputerName\\ComputerName', [sz('ComputerName', 'DESK')]),
    key('ControlSet002\\Control\\TimeZoneInformation', [
      sz('TimeZoneKeyName', 'Korea Standard Time'),
      dword('Bias', 0xff_ff_fd_e4),
      dword('ActiveTimeBias', 210),
    ]),
    key('ControlSet002\\Control\\Windows', [binary('ShutdownTime', shutdown)]),
  ])
  const software = hive([
    key('Microsoft\\Windows NT\\CurrentVersion', [
      sz('ProductName', 'Windows 10 Pro'),
      dword('InstallDate', 1_767_323_045),
      dword('UBR', 1234),
    ]),
  ])
  const facts = Object.fromEntries(systemFacts({ system, software }).map(({ name, value }) => [name, value]))
  assert.deepEqual(facts, {
    product: 'Windows 10 Pro',
    'update build revision': '1234',
    installed: '2026-01-02T03:04:05.0000000Z',
    'computer name': 'DESK',
    'time zone': 'Korea Standard Time',
    bias: 'UTC+09:00',
    'active bias': 'UTC-03:30',
    'last shutdown': writtenTimeText,
    'control set: Current': '2',
    'control set: LastKnownGood': '1',
  })
  assert.equal(
    systemFacts({ system })[0]?.key,
    'HKLM\\SYSTEM\\ControlSet002\\Control\\ComputerName\\ComputerName',
  )
  assert.deepEqual(systemFacts({}), [])
})
