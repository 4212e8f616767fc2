import assert from 'node:assert/strict'
import { test } from 'node:test'

import { binary, dword, key, merged, multiSz, sz, writeHive } from '../../../test/support/hive-writer.ts'
import { openHive } from '../registry/index.ts'
import { memorySource } from '../source.ts'
import { servicesIn } from './index.ts'

test('services of the set of the last start are told with program, start and account', () => {
  const system = openHive(
    memorySource(
      writeHive({
        name: 'ROOT',
        subkeys: merged([
          key('Select', [dword('Current', 2)]),
          key('ControlSet001\\Services\\Old', [dword('Type', 16), dword('Start', 2)]),
          key('ControlSet002\\Services\\Spooler', [
            dword('Type', 0x110),
            dword('Start', 2),
            dword('DelayedAutostart', 1),
            sz('ImagePath', '%SystemRoot%\\System32\\spoolsv.exe', 2),
            sz('ObjectName', 'LocalSystem'),
            multiSz('DependOnService', 'RPCSS', 'http'),
            sz('FailureCommand', 'evil.exe'),
            binary(
              'FailureActions',
              Buffer.from(`${'00'.repeat(12)}01000000140000000300000060ea0000`, 'hex'),
            ),
          ]),
          key('ControlSet002\\Services\\Hosted', [
            dword('Type', 32),
            dword('Start', 3),
            sz('ImagePath', 'svchost.exe -k x'),
          ]),
          key('ControlSet002\\Services\\Hosted\\Parameters', [sz('ServiceDll', 'C:\\h.dll', 2)]),
          key('ControlSet002\\Services\\Hosted\\TriggerInfo\\0', [dword('Type', 1)]),
          key('ControlSet002\\Services\\disk', [dword('Type', 1), dword('Start', 0)]),
          key('ControlSet002\\Services\\NoService', [sz('x', 'y')]),
        ]),
      }),
    ),
  )
  const told = servicesIn(system)
  assert.deepEqual(
    told.map(
      ({
        name,
        type,
        start,
        isDelayed,
        command,
        library,
        account,
        hasTriggers,
        isDriver,
        failureCommand,
      }) => [
        [name, type, start, isDelayed, isDriver, hasTriggers],
        [command, library, account, failureCommand],
      ],
    ),
    [
      [
        ['Spooler', 'own process, interactive', 'auto', true, false, false],
        ['%SystemRoot%\\System32\\spoolsv.exe', '', 'LocalSystem', 'evil.exe'],
      ],
      [
        ['Hosted', 'shared process', 'manual', false, false, true],
        ['svchost.exe -k x', 'C:\\h.dll', '', ''],
      ],
      [
        ['disk', 'kernel driver', 'boot', false, true, false],
        ['', '', '', ''],
      ],
    ],
  )
  assert.deepEqual(told[0]?.dependsOn, ['RPCSS', 'http'])
  assert.equal(told[0]?.controlSet, 'ControlSet002')
})
