// ClamAV's on-access scanner in prevention mode, with a configuration and a database (one signature: the digest of
// the EICAR file) of its own. It hands descriptors to clamd, which is its fastest way.

import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Contestant, isRefused, type Stage, startDaemon, whenReady } from './contestant.ts'

const clamd = '/usr/sbin/clamd'
const onAccess = '/usr/sbin/clamonacc'
export const clamscan = '/usr/bin/clamscan'

export function hasClamav(): boolean {
  return existsSync(clamd) && existsSync(onAccess)
}

/** The folder with the database; made once. */
export function clamDatabase({ ground, trees }: Stage): string {
  const folder = join(ground.aside, 'clamav-database')
  if (existsSync(folder)) return folder
  mkdirSync(folder)
  const digest = createHash('md5').update(trees.eicarBytes).digest('hex')
  writeFileSync(join(folder, 'bench.hdb'), `${digest}:${trees.eicarBytes.length}:Bench.Eicar\n`)
  return folder
}

function writeConfig(stage: Stage): { config: string; socket: string } {
  const folder = join(stage.ground.aside, 'clamav')
  mkdirSync(folder, { recursive: true })
  // clamd leaves root and makes its socket there.
  chmodSync(folder, 0o777)
  const config = join(folder, 'clamd.conf')
  const socket = join(folder, 'clamd.sock')
  const lines = [
    `DatabaseDirectory ${clamDatabase(stage)}`,
    `LocalSocket ${socket}`,
    'LocalSocketMode 666',
    'User clamav',
    'Foreground yes',
    'SelfCheck 0',
    `OnAccessIncludePath ${stage.ground.path}`,
    'OnAccessPrevention yes',
    'OnAccessExcludeUname clamav',
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  return { config, socket }
}

export const clamonacc: Contestant = {
  id: 'clamonacc',
  version: 'prevention, 1 signature',
  async start(stage) {
    const { config, socket } = writeConfig(stage)
    const started = performance.now()
    const scanner = startDaemon(stage.cleanUp, clamd, ['--config-file', config])
    await whenReady(scanner, () => existsSync(socket))
    const guard = startDaemon(stage.cleanUp, onAccess, ['--foreground', '--fdpass', '--config-file', config])
    // It says nothing when its watches stand: the file that must be refused tells.
    await whenReady(guard, () => isRefused(stage))
    return {
      pids: [scanner.pid, guard.pid],
      readyMs: performance.now() - started,
      spares: async () => 0,
      stop: async () => {
        await guard.stop()
        await scanner.stop()
      },
    }
  },
}
