// haechi explain: what would happen to one file, step by step.

import { AppError } from '../../base/app-error.ts'
import type { Explanation } from '../../daemon/index.ts'
import { type Command, configOption, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'

const options = {
  json: { kind: 'flag', help: 'Write one JSON object a step.' },
  socket: { kind: 'text', value: 'PATH', help: 'Socket of the guard.', default: '/run/haechi/haechi.sock' },
  ...configOption,
} as const

export const explain: Command<typeof options> = defineCommand({
  name: 'explain',
  summary: 'Show what would happen to a file, and why',
  usage: ['[OPTION]... PATH'],
  description: [
    'Goes the way of a question: is the file in a guarded place, does an exclusion let it pass, what does the mode say; ' +
      'then scans it and shows what every format and detector did with it and with each member, and which limits held. ' +
      'Asks the running guard for its places; without one the configuration is explained.',
  ],
  operands: { least: 1, most: 1 },
  options,
  examples: [{ command: 'haechi explain /srv/www/upload.zip', about: 'Why was it refused, or why not?' }],
  exits: {
    0: 'the file would open',
    1: 'it would be refused, or something malicious is in it',
    2: 'it cannot be read',
    3: 'it could be read only in part',
  },
  async run({ options: given, operands: [path = ''], terminal }) {
    const { resolve } = await import('node:path')
    const { limitsOf, loadConfig } = await import('../../config/index.ts')
    const { ask, explainConfig } = await import('../../daemon/index.ts')
    const { config } = await loadConfig({ file: given.config })
    const absolute = resolve(path)
    const answer = await askGuard(
      ask(given.socket ?? config.daemon.socket, { command: 'explain', path: absolute }),
    )
    const explanation = answer ?? (await explainConfig(config, absolute))
    const write = (step: object, head: string, rest: string): void => {
      if (given.json === true) terminal.out(jsonLine({ type: 'explain', version: 1, ...step }))
      else terminal.out(`${terminal.style('bold', head.padEnd(11))} ${terminal.safe(rest)}`)
    }
    if (answer === undefined && given.json !== true)
      terminal.out('no guard answers: this is what the configuration says')
    for (const step of explanation.steps) {
      write({ ...step }, step.step, `${step.outcome}${step.ends ? ' (opens without a question)' : ''}`)
    }
    for (const { kind, ...step } of explanation.trace) {
      const where = step.chain.slice(1).join(' → ') || 'the file'
      write(
        { step: kind, ...step },
        kind,
        `${step.id}: ${step.outcome} (${where}, ${Math.round(step.us)} µs)`,
      )
    }
    const limits = Object.entries(limitsOf(config.scan)).map(([name, value]) => `${name} ${value}`)
    write({ step: 'limits', outcome: limits.join(', ') }, 'limits', limits.join(', '))
    const { verdict } = explanation
    for (const reason of verdict.reasons) {
      write({ step: 'reason', ...reason }, 'not read', `${reason.chain.join(' → ')}: ${reason.message}`)
    }
    const names = verdict.detections.map(({ name }) => name)
    const found = names.length === 0 ? '' : ` (${names.join(', ')})`
    write(
      { step: 'verdict', ...verdict, outcome: verdict.status },
      'verdict',
      `${verdict.status}${found} in ${verdict.ms.toFixed(1)} ms`,
    )
    return exitOf[verdict.status]
  },
})

const exitOf = {
  clean: exitCodes.clean,
  found: exitCodes.found,
  partial: exitCodes.partial,
  failed: exitCodes.error,
} as const

/** No guard is no fault here; a guard that says no is. */
async function askGuard(answer: Promise<unknown>): Promise<Explanation | undefined> {
  try {
    return (await answer) as Explanation
  } catch (thrown) {
    if (thrown instanceof AppError && (thrown.code === 'not-running' || thrown.code === 'permission'))
      return undefined
    throw thrown
  }
}
