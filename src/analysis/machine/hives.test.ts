import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Hive, HiveKind } from '../../evidence/hive.ts'
import { Notes } from '../../evidence/note.ts'
import { type FoundHive, machinesOf } from './hives.ts'

function found(kind: HiveKind, label: string, user = ''): FoundHive {
  const hive: Hive = { kind, fileName: '', notes: new Notes(), root: undefined, find: () => undefined }
  return { label, hive, user }
}

function namesOf(hives: readonly FoundHive[]): (readonly string[])[] {
  return machinesOf(hives).map(({ sources }) =>
    [...sources].map(([name, label]) => `${name} ${label}`).toSorted(),
  )
}

test('users belong to the machine that lies nearest, never to a copy of its configuration', () => {
  assert.deepEqual(
    namesOf([
      found('SYSTEM', '/a/Windows/System32/config/SYSTEM'),
      found('SOFTWARE', '/a/Windows/System32/config/SOFTWARE'),
      found('SYSTEM', '/a/Windows/System32/config/RegBack/SYSTEM'),
      found('SYSTEM', '/b/Windows/System32/config/SYSTEM'),
      found('NTUSER', '/a/Users/bob/NTUSER.DAT', 'bob'),
      found('USRCLASS', '/a/Users/bob/AppData/UsrClass.dat', 'bob'),
      found('NTUSER', '/b/Users/bob/NTUSER.DAT', 'bob'),
    ]),
    [
      [
        'NTUSER bob /a/Users/bob/NTUSER.DAT',
        'SOFTWARE /a/Windows/System32/config/SOFTWARE',
        'SYSTEM /a/Windows/System32/config/SYSTEM',
        'USRCLASS bob /a/Users/bob/AppData/UsrClass.dat',
      ],
      ['SYSTEM /a/Windows/System32/config/RegBack/SYSTEM'],
      ['NTUSER bob /b/Users/bob/NTUSER.DAT', 'SYSTEM /b/Windows/System32/config/SYSTEM'],
    ],
  )
})

test('hives that were collected into folders of their own are one machine', () => {
  const machines = machinesOf([
    found('SYSTEM', '/x/SYSTEM'),
    found('SOFTWARE', '/y/SOFTWARE'),
    found('SAM', '/z/SAM'),
    found('NTUSER', '/u/NTUSER.DAT', 'bob'),
  ])
  assert.equal(machines.length, 1)
  assert.deepEqual([...(machines[0]?.sources.keys() ?? [])], ['SYSTEM', 'SOFTWARE', 'SAM', 'NTUSER bob'])
})

test('two hives of one user name stay two, and users alone are a machine', () => {
  const [machine] = machinesOf([
    found('NTUSER', '/1/NTUSER.DAT', 'bob'),
    found('NTUSER', '/2/NTUSER.DAT', 'bob'),
  ])
  assert.deepEqual(
    machine?.users.map(({ name }) => name),
    ['bob', 'bob (2)'],
  )
})
