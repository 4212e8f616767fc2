// Which system a tree is of, by what lies in its root.

import { foldCase } from './tree-path.ts'
import type { EvidenceTree } from './tree.ts'

const windowsNames = new Set([
  'WINDOWS',
  '$MFT',
  '$RECYCLE.BIN',
  'SYSTEM VOLUME INFORMATION',
  'PROGRAM FILES',
  'BOOTMGR',
])
const linuxNames = new Set(['etc', 'usr', 'var', 'lost+found'])

export function systemOf(rootNames: Iterable<string>): EvidenceTree['system'] {
  let isLinux = false
  for (const name of rootNames) {
    if (windowsNames.has(foldCase(name))) return 'windows'
    isLinux ||= linuxNames.has(name)
  }
  return isLinux ? 'linux' : 'unknown'
}
