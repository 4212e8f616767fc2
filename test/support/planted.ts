// Files of a host that is examined, planted below a folder.

import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Writes a file with the folders above it. Returns its path on this host. */
export function plant(root: string, path: string, content: string | Uint8Array = '', mode = 0o644): string {
  const full = join(root, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, content)
  chmodSync(full, mode)
  return full
}

export function plantLink(root: string, path: string, target: string): void {
  const full = join(root, path)
  mkdirSync(dirname(full), { recursive: true })
  symlinkSync(target, full)
}

/** Accounts: root and eve, whose home is /srv/eve; and two that no host should have. */
export function plantExaminedHost(root: string): void {
  plant(
    root,
    '/etc/passwd',
    'root:x:0:0:root:/root:/bin/bash\neve:x:1001:1001::/srv/eve:/bin/bash\ntoor:x:0:0::/root:/bin/sh\nsvc:x:999:999::/tmp/svc:/bin/sh\n',
  )
  plant(root, '/etc/group', 'root:x:0:\nsudo:x:27:eve\n')
}
