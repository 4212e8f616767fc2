// haechi ps: the processes of now or of an earlier time, from what was seen of them.

import type { Event, ProcessInfo } from '../../model/index.ts'
import { type Command, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { askOptions } from '../host/options.ts'
import type { Cell } from '../render/table.ts'

const options = {
  tree: { kind: 'flag', short: 't', help: 'Draw who started whom.' },
  at: {
    kind: 'text',
    value: 'TIME',
    help: 'As it was then: `10m` ago, `14:30`, `2026-11-22 10:00`.',
    default: 'now',
  },
  ...askOptions,
} as const

export const ps: Command<typeof options> = defineCommand({
  name: 'ps',
  summary: 'Show the processes of now or of an earlier time, as a tree',
  usage: ['[OPTION]... [PID]...'],
  description: [
    'Rebuilt from the starts and ends that the process sensor saw, so that it answers for the past too: whoever ran then is ' +
      'shown with parent, user, arguments, digest and verdict of the executable. With PIDs only these.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi ps --tree', about: 'Now.' },
    { command: 'haechi ps --tree --at "2026-11-22 03:14"', about: 'When it happened.' },
  ],
  exits: { 0: 'done', 2: 'no daemon and no store, or it may not be read' },
  async run({ options: given, operands, terminal }) {
    const { openHost } = await import('../host/ask-host.ts')
    const { treeOf } = await import('../host/process-tree.ts')
    const { writeTable } = await import('../render/table.ts')
    const { jsonLine } = await import('../render/json-line.ts')
    const { localTime } = await import('../host/event-line.ts')
    const host = await openHost(given)
    const wanted = new Set(operands.map(Number))
    const rows = treeOf(await host.processes(given.at ?? '')).filter(
      ({ event }) => wanted.size === 0 || wanted.has(event.process?.pid ?? 0),
    )
    if (given.json === true) {
      for (const { event } of rows) terminal.out(jsonLine(event))
      return exitCodes.clean
    }
    writeTable(
      terminal,
      ['PID', 'USER', 'STARTED', 'CONTAINER', 'COMMAND'],
      rows.map(({ event, branch }) => processCells(event, given.tree === true ? branch : '', localTime)),
    )
    return exitCodes.clean
  },
})

function processCells(event: Event, branch: string, localTime: (iso: string) => string): (Cell | string)[] {
  const { process, container, hx } = event
  const text = `${branch}${commandOf(process)}`
  return [
    String(process?.pid ?? ''),
    process?.user?.name ?? process?.user?.id ?? '',
    process?.start === undefined ? '' : localTime(process.start),
    container?.name ?? container?.id.slice(0, 12) ?? '',
    hx?.verdict?.status === 'found' ? { text, style: 'red' } : text,
  ]
}

/** In brackets where there are no arguments, as ps(1) does it for threads of the kernel. */
function commandOf(process: ProcessInfo | undefined): string {
  const command = process?.args?.join(' ') ?? process?.command_line ?? ''
  return command === '' ? `[${process?.name ?? process?.executable ?? '?'}]` : command
}
