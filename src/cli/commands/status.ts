// haechi status: asks the running guard over its socket.

import { pathText } from '../../base/text.ts'
import type { DaemonStatus } from '../../daemon/index.ts'
import { type Command, configOption, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'

const options = {
  json: { kind: 'flag', help: 'Write one JSON object.' },
  socket: { kind: 'text', value: 'PATH', help: 'Socket of the guard.', default: '/run/haechi/haechi.sock' },
  ...configOption,
} as const

export const status: Command<typeof options> = defineCommand({
  name: 'status',
  summary: 'Show how the running daemon is doing',
  usage: ['[OPTION]...'],
  description: [
    'Asks the running daemon: places, instances, verdict cache, counters, deadlines, and how long openers waited. ' +
      'The latencies are upper bounds within 19 %.',
    'With haechi up also: how each sensor sees (and which better way the host refused, with the reason), what the store holds, what was ' +
      'lost by source, and the processor time of sensors and store.',
  ],
  operands: { least: 0, most: 0 },
  options,
  examples: [
    { command: 'haechi status', about: 'For people.' },
    { command: 'haechi status --json | jq .gate.latencyUs', about: 'For programs.' },
  ],
  exits: { 0: 'a guard answers', 2: 'no guard answers, or it may not be asked' },
  async run({ options: given, terminal }) {
    const { formatDuration, formatSize, loadConfig } = await import('../../config/index.ts')
    const { ask } = await import('../../daemon/index.ts')
    const { config } = await loadConfig({ file: given.config })
    const answer = (await ask(given.socket ?? config.daemon.socket, { command: 'status' })) as DaemonStatus
    if (given.json === true) {
      terminal.out(jsonLine({ type: 'status', version: 1, ...withTextPlaces(answer) }))
      return exitCodes.clean
    }
    const { gate } = answer
    const { counters, latencyUs } = gate
    const hits = counters.questions === 0 ? 0 : Math.round((100 * counters.cacheHits) / counters.questions)
    const rows: [string, string][] = [
      [
        'guard',
        `pid ${answer.pid}, up ${formatDuration(answer.uptimeMs)}, ${formatSize(answer.rssBytes)} of memory, mode ${answer.mode}`,
      ],
      ['places', gate.places.map(({ path, kind }) => `${pathText(path)} (${kind})`).join(', ')],
      [
        'engine',
        `${answer.engine.engine}, database ${answer.engine.database}, ${answer.engine.signatures} signatures`,
      ],
      [
        'instances',
        `${gate.instances}${gate.spares > 0 ? ` and ${gate.spares} spare` : ''}, ${gate.replaced} replaced, ${gate.queued} files queued`,
      ],
      [
        'questions',
        `${counters.questions}: ${counters.allowed} allowed, ${counters.denied} denied, ${counters.deadlines} past the deadline`,
      ],
      [
        'judged',
        `${counters.scanned} scanned, ${counters.found} found, ${counters.partial} partial, ${counters.failed} failed`,
      ],
      ['cache', `${counters.marksSet} files remembered in the kernel, ${hits} % of questions from the table`],
      ['unjudged', `${counters.outside} outside the places, ${counters.excluded} excluded`],
      [
        'openers waited',
        `median ${latencyUs.p50} µs, 99 % under ${latencyUs.p99} µs, longest ${latencyUs.max} µs`,
      ],
      ['sweep', gate.swept === undefined ? 'running, or none' : `${gate.swept} files handed over`],
    ]
    if (answer.host !== undefined) {
      const { hostRows } = await import('../host/host-rows.ts')
      rows.push(...hostRows(answer.host, answer.uptimeMs))
    }
    for (const [name, value] of rows)
      terminal.out(`${terminal.style('bold', name.padEnd(15))} ${terminal.safe(value)}`)
    return exitCodes.clean
  },
})

function withTextPlaces(answer: DaemonStatus): DaemonStatus {
  return {
    ...answer,
    gate: {
      ...answer.gate,
      places: answer.gate.places.map((place) => ({ ...place, path: pathText(place.path) })),
    },
  }
}
