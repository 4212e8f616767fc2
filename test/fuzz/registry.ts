// Hives that are damaged, clean and dirty: every key, value, deleted cell, and everything that is read from them.

import { accountsIn, groupsIn } from '../../src/evidence/accounts/index.ts'
import { autoruns } from '../../src/evidence/autoruns/index.ts'
import { mountedDevicesIn, usbDevicesIn } from '../../src/evidence/devices/index.ts'
import { interfacesIn, profilesIn, sharesIn } from '../../src/evidence/network-history/index.ts'
import { deletedIn, isHive, openHive, type RegistryHive, walk } from '../../src/evidence/registry/index.ts'
import { activitiesIn } from '../../src/evidence/run-history/index.ts'
import { servicesIn } from '../../src/evidence/services/index.ts'
import { memorySource } from '../../src/evidence/source.ts'
import { systemFacts } from '../../src/evidence/system-facts/index.ts'
import { binary, dword, key, merged, multiSz, sz, writeHive, writeNewLog } from '../support/hive-writer.ts'
import type { Target } from './target.ts'

const run = 'Software\\Microsoft\\Windows\\CurrentVersion\\Run'
const user = {
  name: 'ROOT',
  subkeys: merged([
    key('Control Panel'),
    key(run, [sz('값', 'C:\\a.exe'), dword('n', 7), multiSz('m', 'a', 'b')]),
    key('Software\\Microsoft\\Windows\\Shell\\BagMRU', [
      binary('0', Buffer.from('14001f50e04fd020ea3a6910a2d808002b30309d', 'hex')),
    ]),
    key('Software\\Classes\\CLSID\\{1}', [binary('big', Buffer.alloc(40_000, 7))]),
  ]),
}
const dirty = { sequences: [8, 7], spareBytes: 8192 } as const
const before = writeHive(user, dirty)
const log = writeNewLog([before, writeHive({ ...user, subkeys: user.subkeys.slice(1) }, dirty)], 7)

export function registryTargets(): Target[] {
  return [
    {
      id: 'evidence registry',
      corpus: [before, writeHive(user, { minorVersion: 3 }), writeHive(machine())],
      run(bytes) {
        if (!isHive(bytes)) return
        show(openHive(memorySource(bytes), [{ name: 'H.LOG1', source: memorySource(log) }]))
      },
    },
    {
      id: 'evidence registry log',
      corpus: [log],
      run(bytes) {
        show(openHive(memorySource(before), [{ name: 'H.LOG1', source: memorySource(bytes) }]))
      },
    },
  ]
}

function show(hive: RegistryHive): void {
  for (const one of hive.root === undefined ? [] : walk(hive.root)) {
    one.security()
    for (const value of one.values())
      if (value.data.length > hive.image.bytes.length) throw new Error('too much data')
  }
  for (const found of deletedIn(hive.image, hive.root)) if (found.kind === 'value') found.value.text()
  const hives = { system: hive, software: hive, users: [{ name: 'u', ntuser: hive, classes: hive }] }
  const all = [
    ...autoruns(hives),
    ...activitiesIn(hive, 'u'),
    ...servicesIn(hive),
    ...accountsIn(hive),
    ...groupsIn(hive),
    ...usbDevicesIn(hives),
    ...mountedDevicesIn(hive),
    ...interfacesIn(hive),
    ...profilesIn(hive),
    ...sharesIn(hive),
    ...systemFacts(hives),
  ]
  if (JSON.stringify(all).length > 64 << 20) throw new Error('more is told than the hive can have')
}

function machine(): Parameters<typeof writeHive>[0] {
  return {
    name: 'ROOT',
    subkeys: merged([
      key('Select', [dword('Current', 1)]),
      key('ControlSet001\\Services\\Bad', [
        dword('Type', 16),
        dword('Start', 2),
        sz('ImagePath', 'C:\\bad.exe'),
      ]),
      key('ControlSet001\\Control\\Session Manager\\AppCompatCache', [
        binary('AppCompatCache', Buffer.from('34000000', 'hex')),
      ]),
      key('SAM\\Domains\\Account\\Users\\000003E9', [
        binary('F', Buffer.alloc(80)),
        binary('V', Buffer.alloc(300, 1)),
      ]),
    ]),
  }
}
