// What a hive holds, by the keys below its root.

import type { HiveKey, HiveKind } from '../hive.ts'

/** Each needs all of its keys; of alternatives one. */
const signs: readonly (readonly [HiveKind, readonly (readonly string[])[]])[] = [
  [
    'SYSTEM',
    [
      ['Select', 'MountedDevices'],
      ['ControlSet001', 'ControlSet002', 'ControlSet003', 'CurrentControlSet'],
    ],
  ],
  ['SAM', [['SAM']]],
  ['SECURITY', [['Policy']]],
  ['NTUSER', [['Software'], ['Control Panel', 'Environment', 'Keyboard Layout', 'AppEvents', 'Console']]],
  ['USRCLASS', [['Local Settings']]],
  ['SOFTWARE', [['Microsoft'], ['Classes', 'Clients', 'Policies', 'Wow6432Node']]],
  ['AMCACHE', [['Root']]],
  ['BCD', [['Objects'], ['Description']]],
  ['COMPONENTS', [['CanonicalData', 'DerivedData']]],
  ['DRIVERS', [['DriverDatabase']]],
  ['SYSCACHE', [['DefaultObjectStore']]],
  ['NTUSER', [['Software']]],
  ['SOFTWARE', [['Microsoft']]],
  ['USRCLASS', [['CLSID', 'Wow6432Node', 'VirtualStore', '*']]],
]

export function kindOf(root: HiveKey): HiveKind {
  const names = new Set(root.subkeys().map(({ name }) => name.toUpperCase()))
  for (const [kind, sets] of signs) {
    if (sets.every((set) => set.some((name) => names.has(name.toUpperCase())))) return kind
  }
  return 'unknown'
}
