// `haechi guard` with four instances, as a user starts it. Without the sweep, so that a cold file is cold.

import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { type Contestant, isRefused, startDaemon, whenReady } from './contestant.ts'

export const launcher = join(import.meta.dirname, '../../bin/haechi')
const instances = 4
let starts = 0

interface Status {
  readonly gate: { readonly spares: number }
}

/** A compile cache of this run's own: the first start of the run really is a first start. */
export function haechiEnv(aside: string): Record<string, string> {
  return { HAECHI_COMPILE_CACHE: join(aside, 'compile-cache'), NO_COLOR: '1' }
}

export const haechi: Contestant = {
  id: 'haechi',
  version: `${instances} instances`,
  async start(stage) {
    const { ground, cleanUp } = stage
    const socket = join(ground.aside, `haechi-${starts++}.sock`)
    const env = haechiEnv(ground.aside)
    const started = performance.now()
    const daemon = startDaemon(
      cleanUp,
      launcher,
      ['guard', '--json', '--no-sweep', '--instances', `${instances}`, '--watchdog', '3s'].concat(
        ['--socket', socket, '--quarantine', join(ground.aside, 'quarantine')],
        ['--', ground.path],
      ),
      env,
    )
    await whenReady(daemon, () => daemon.output().includes('"type":"ready"'))
    const readyMs = performance.now() - started
    if (!(await isRefused(stage))) throw new Error('haechi guard lets the EICAR file through')
    return {
      pids: [daemon.pid],
      readyMs,
      spares: async () => {
        const asked = await stage.exec(launcher, ['status', '--json', '--socket', socket], { env })
        return (JSON.parse(asked.stdout) as Status).gate.spares
      },
      stop: daemon.stop,
    }
  },
}

/** False on a clone whose dependencies are missing: the launcher would install them first. */
export function isPrepared(): boolean {
  return existsSync(join(import.meta.dirname, '../../node_modules/.haechi-setup'))
}
