// haechi snapshot: everything that the host has now, as files that can be compared.

import { type Command, configOption, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

const options = {
  times: { kind: 'count', value: 'N', help: 'Take so many.', default: '1' },
  every: { kind: 'duration', value: 'TIME', help: 'Time between two of them.', default: '1 min' },
  output: {
    kind: 'text',
    short: 'o',
    value: 'DIR',
    help: 'Folder of the snapshots.',
    default: 'snapshots in [store] directory',
  },
  json: {
    kind: 'flag',
    help: 'Write one JSON object a snapshot: its path and how many rows each table has.',
  },
  ...configOption,
} as const

export const snapshot: Command<typeof options> = defineCommand({
  name: 'snapshot',
  summary: 'Record what the host has now: processes, sockets, programs, accounts, services, jobs, logs',
  usage: ['[OPTION]...'],
  description: [
    'Writes one compressed file of all tables: processes, sockets, set-uid programs and autostart places with digests, logins and ' +
      'accounts, history files, services, scheduled jobs, and the log files with sizes, times and digests. Needs no running daemon.',
    'Two or three of them some minutes apart show what is alive on a host; haechi diff compares them.',
  ],
  operands: { least: 0, most: 0 },
  options,
  examples: [
    { command: 'sudo haechi snapshot', about: 'One now.' },
    { command: 'sudo haechi snapshot --times 3 --every 5min', about: 'Three, to compare.' },
  ],
  exits: { 0: 'done; what could not be read is said on standard error', 2: 'nothing could be written' },
  requires: 'root',
  async run({ options: given, terminal }) {
    const { loadConfig } = await import('../../config/index.ts')
    const { takeSnapshot } = await import('../../daemon/index.ts')
    const { saveSnapshot } = await import('../host/snapshot-files.ts')
    const { showProblems } = await import('../host/show-tables.ts')
    const { jsonLine } = await import('../render/json-line.ts')
    const { config } = await loadConfig({ file: given.config })
    const folder = given.output ?? `${config.store.directory}/snapshots`
    const times = given.times ?? 1
    for (let turn = 1; turn <= times; turn++) {
      const started = performance.now()
      const taken = await takeSnapshot({
        onProgress: (sensor) => terminal.status(`snapshot ${turn} of ${times}: ${sensor} …`),
      })
      const path = saveSnapshot(folder, taken)
      terminal.status('')
      const rows = Object.fromEntries(taken.tables.map((table) => [table.name, table.rows.length]))
      if (given.json === true)
        terminal.out(jsonLine({ type: 'snapshot', version: 1, path, taken: taken.taken, rows }))
      else {
        const counts = Object.entries(rows).map(([name, count]) => `${count} ${name}`)
        terminal.out(`${terminal.style('bold', terminal.safe(path))} · ${terminal.safe(counts.join(', '))}`)
      }
      showProblems(taken.tables, terminal)
      if (turn < times) await untilNext(started + (given.every ?? 60_000))
    }
    return exitCodes.clean
  },
})

async function untilNext(at: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  setTimeout(resolve, Math.max(0, at - performance.now()), undefined)
  await promise
}
