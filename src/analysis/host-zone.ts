// In which time zone an examined Linux writes its logs: their lines do not say.

import type { EvidenceTree } from '../evidence/tree.ts'

const maxNameBytes = 256
const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/

/** E.g. `Asia/Seoul`; undefined where the tree does not tell, or this runtime does not know it. */
export function hostZone(tree: EvidenceTree): string | undefined {
  const named = textOf(tree, '/etc/timezone').trim()
  const linked = tree.stat('/etc/localtime')?.target ?? ''
  const zone = named === '' ? linked.replace(/^.*\/zoneinfo\//, '') : named
  if (!zoneName.test(zone)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

function textOf(tree: EvidenceTree, path: string): string {
  using source = tree.open(path)
  return source === undefined ? '' : Buffer.from(source.read(0, maxNameBytes)).toString('latin1')
}
