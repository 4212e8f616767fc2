// The folders of accounts on an examined Linux host: not everybody lives in /home, and what a web server's account typed stands
// in the folder that /etc/passwd names.

import type { EvidenceTree } from '../../evidence/tree.ts'

const maxBytes = 4 * 1024 * 1024
const maxHomes = 4096

/** Folders of the system that are no home of anybody. */
const noHomes =
  /^\/(?:boot|etc|lib64|nonexistent|root|tmp|var|home\/[^/]+)$|^\/(?:bin|dev|lib|proc|run|sbin|sys|usr)(?:\/|$)/

/** Besides /root and those in /home. */
export function accountHomes(tree: EvidenceTree): string[] {
  const source = tree.open('/etc/passwd')
  if (source === undefined) return []
  using open = source
  const text = Buffer.from(open.read(0, maxBytes)).toString('utf8')
  const homes = new Set<string>()
  for (const line of text.split('\n')) {
    const home = line.split(':')[5]?.replace(/\/+$/, '') ?? ''
    if (!home.startsWith('/') || noHomes.test(home) || home.includes('/../')) continue
    homes.add(home)
    if (homes.size >= maxHomes) break
  }
  return [...homes]
}
