// Which system a tree is of, by what lies in its root.

import { foldCase } from './tree-path.ts'
import type { EvidenceTree } from './tree.ts'

const windowsNames = ['WINDOWS', '$MFT', '$RECYCLE.BIN', 'SYSTEM VOLUME INFORMATION', 'PROGRAM FILES', 'BOOTMGR']
const linuxNames = ['etc', 'usr', 'var', 'lost+found']

export function systemOf(rootNames: Iterable<string>): EvidenceTree['system'] {
  let isLinux = false
  for (const name of rootNames) {
    if (windowsNames.includes(foldCase(name))) return 'windows'
    isLinux ||= linuxNames.includes(name)
  }
  return isLinux ? 'linux' : 'unknown'
}
