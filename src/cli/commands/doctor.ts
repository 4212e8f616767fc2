// haechi doctor: what this host allows, and what is not protected and why.

import type { GuardStatus } from '../../daemon/index.ts'
import { type Command, configOption, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'

const options = {
  json: { kind: 'flag', help: 'Write one JSON object a check.' },
  socket: { kind: 'text', value: 'PATH', help: 'Socket of the guard.', default: '/run/haechi/haechi.sock' },
  ...configOption,
} as const

const styles = { ok: 'green', warn: 'yellow', fail: 'red' } as const

export const doctor: Command<typeof options> = defineCommand({
  name: 'doctor',
  summary: 'Check what this host allows, and show what is not protected',
  usage: ['[OPTION]...'],
  description: [
    'Tries each thing that the guard needs of the kernel, for a moment and in a folder of its own, and lists what the ' +
      'running guard (or, without one, the configuration) leaves open.',
  ],
  operands: { least: 0, most: 0 },
  options,
  examples: [{ command: 'sudo haechi doctor', about: 'Before the first guard, and when something is odd.' }],
  exits: { 0: 'the guard can stand here', 2: 'it cannot; the lines marked fail say why' },
  async run({ options: given, terminal }) {
    const { loadConfig } = await import('../../config/index.ts')
    const { ask, checkHost } = await import('../../daemon/index.ts')
    const { config } = await loadConfig({ file: given.config })
    const running = await ask(given.socket ?? config.daemon.socket, { command: 'status' }).catch(
      () => undefined,
    )
    const places =
      running === undefined
        ? config.gate.places.map((place) => ({ ...place, path: Buffer.from(place.path).toString('latin1') }))
        : (running as GuardStatus).gate.places
    const checks = checkHost(places)
    for (const check of checks) {
      if (given.json === true) terminal.out(jsonLine({ type: 'check', version: 1, ...check }))
      else
        terminal.out(
          `${terminal.style(styles[check.result], check.result.padEnd(4))}  ${check.name}: ${terminal.safe(check.detail)}`,
        )
    }
    return checks.some(({ result }) => result === 'fail') ? exitCodes.error : exitCodes.clean
  },
})
