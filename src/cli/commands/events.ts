// haechi events: what happened on this host, filtered; or what happens, as it happens.

import { type Command, defineCommand } from '../command.ts'
import { usage } from '../args.ts'
import { exitCodes } from '../exit-codes.ts'
import { askOptions, rangeOptions } from '../host/options.ts'

const options = {
  where: {
    kind: 'text',
    short: 'w',
    value: 'FILTER',
    help: 'Only events that fit, e.g. `process.executable ends "/sh" and user = root`.',
  },
  ...rangeOptions,
  follow: { kind: 'flag', short: 'f', help: 'Go on with new events until Ctrl-C.' },
  ...askOptions,
} as const

export const events: Command<typeof options> = defineCommand({
  name: 'events',
  summary: 'Show what happened on this host, or what happens',
  usage: ['[OPTION]... [WORD]...'],
  description: [
    'Shows the newest events, the newest at the bottom. Words search the text of events: names, paths, arguments, addresses.',
    'A filter compares fields (ECS names, or short: pid, exe, user, ip, port, path, action, dataset) by =, !=, <, <=, >, >=, in (a, b), ' +
      'in NETWORK, contains, starts, ends, ~ "GLOB", exists and missing, joined by and, or, not and parentheses.',
    'Asks the running daemon; when none runs, its store is read from the disk. With --json each line is one whole event, as the ' +
      'reference of events describes it.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi events --follow', about: 'Everything, as it happens.' },
    {
      command: "haechi events --since 1h --where 'action = exec and user = www-data'",
      about: 'What the web server’s user started in the last hour.',
    },
    {
      command: "haechi events --where 'dataset = hx.network and ip in 10.0.0.0/8' --json",
      about: 'Connections with a network, for a program.',
    },
    { command: 'haechi events --since yesterday authorized_keys', about: 'Whatever mentions a word.' },
  ],
  exits: { 0: 'done, also when nothing fits', 2: 'no daemon and no store, or it may not be read' },
  async run({ options: given, operands, terminal }) {
    if (given.follow === true && given.until !== undefined)
      throw usage(events, '--follow has no end: no --until')
    const { openHost, newestEvents } = await import('../host/ask-host.ts')
    const { eventLine } = await import('../host/event-line.ts')
    const { jsonLine } = await import('../render/json-line.ts')
    const host = await openHost(given)
    const where = filterOf(given.where, operands)
    const filter = where === '' ? {} : { where }
    const found = await newestEvents(host, {
      ...filter,
      since: given.since,
      until: given.until,
      limit: given.limit ?? 50,
    })
    const write = (event: (typeof found)[number]): void => {
      terminal.out(given.json === true ? jsonLine(event) : eventLine(event, terminal))
    }
    for (const event of found) write(event)
    if (given.follow !== true) return exitCodes.clean
    if (!host.isLive) {
      terminal.err('haechi: no daemon runs: nothing new will come')
      return exitCodes.clean
    }
    let after = found.at(-1)?.event.sequence ?? (await newestSequence(host))
    for (;;) {
      const page = await host.events({ ...filter, order: 'oldest', limit: 1000, after, waitMs: 20_000 })
      for (const event of page.events) write(event)
      after = page.last
    }
  },
})

/** The filter as it was given, so that a mistake is shown where it is; words of the search behind it. */
function filterOf(where: string | undefined, words: readonly string[]): string {
  const search = words.map((word) => JSON.stringify(word)).join(' and ')
  if (where === undefined) return search
  return search === '' ? where : `(${where}) and ${search}`
}

/** Where to begin when nothing fitted so far: after the last event of all. */
async function newestSequence(host: {
  events: (request: { limit: number; order: 'newest' }) => Promise<{
    readonly events: readonly { readonly event: { readonly sequence?: number } }[]
  }>
}): Promise<number> {
  const { events: last } = await host.events({ limit: 1, order: 'newest' })
  return last[0]?.event.sequence ?? 0
}
