// A /var/log of the daemon's own: it runs in a mount namespace where a folder of the run lies there, so that nothing of
// the host's logs is written or read.

import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'

import type { Bench } from './bench.ts'
import type { HaechiOptions } from './haechi.ts'

/** The folder, and how the daemon must be started so that it is its /var/log. */
export function ownLogFolder(bench: Pick<Bench, 'folder'>): { folder: string; options: HaechiOptions } {
  const folder = mkdtempSync(join(bench.folder, 'log-'))
  mkdirSync(join(folder, 'nginx'))
  const script = 'mount --bind "$0" /var/log && exec "$@"'
  return { folder, options: { around: ['unshare', '-m', '/bin/sh', '-c', script, folder] } }
}
