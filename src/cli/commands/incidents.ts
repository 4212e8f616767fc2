// haechi incidents: attacks as stories, for people, for programs, and as a page to send on.

import type { AppError } from '../../base/app-error.ts'
import { usage } from '../args.ts'
import { type Command, defineCommand } from '../command.ts'
import { type IncidentsOptions, incidentsOptions } from '../incidents/options.ts'

const actions = ['list', 'show', 'export', 'close', 'reopen', 'merge', 'split'] as const
type Action = (typeof actions)[number]

export const incidents: Command<typeof incidentsOptions> = defineCommand({
  name: 'incidents',
  summary: 'Show attacks as stories: what happened, why it belongs together, what to do',
  usage: [
    '[OPTION]... [list]',
    '[OPTION]... show ID',
    '[OPTION]... export [--format html|json|text] [--output FILE] ID',
    '[OPTION]... close|reopen [--why TEXT] ID',
    '[OPTION]... merge [--why TEXT] ID OTHER',
    '[OPTION]... split [--why TEXT] ID FROM TO',
  ],
  description: [
    'An incident is what belongs together by its causes: the request, the file that it left, the process that the server started, its ' +
      'children, their connections and files; with everything that was detected on them. Time alone never joins anything.',
    'list shows the open ones, the gravest first. show tells the story of one, step by step, indented by what caused what, with the ' +
      'commands for a response; --verbose adds what is linked with what, and why. export writes it as a page of HTML that needs nothing ' +
      'else, with the graph and the evidence; as JSON; or as text.',
    'An incident grows while new events belong to it. close ends that and takes it off the list, reopen takes it up again. merge moves OTHER into ' +
      'ID; split parts one in two so that FROM and TO are in different ones: they are ids of nodes, or the numbers that show --verbose ' +
      'prints. All of that stands in its history.',
    'Asks the running daemon; when none runs, its store is read from the disk, and nothing can be changed.',
  ],
  operands: { least: 0, most: 4 },
  options: incidentsOptions,
  examples: [
    { command: 'haechi incidents --level high', about: 'Which attacks are open?' },
    { command: 'haechi incidents --follow', about: 'Tell new ones and those that rise, as it happens.' },
    { command: 'haechi incidents show 7', about: 'What happened?' },
    { command: 'haechi incidents export 7', about: 'As a page: incident-7.html.' },
    { command: 'haechi incidents export 7 --format json --output -', about: 'For a program.' },
    { command: "haechi incidents close 7 --why 'our own test'", about: 'Off the list.' },
    { command: 'haechi incidents split 7 3 12', about: 'These two do not belong together.' },
  ],
  exits: {
    0: 'done, also when there are none',
    2: 'no such incident; no daemon and no store; it could not be changed or written',
  },
  async run({ options: given, operands: [first = 'list', ...operands], terminal }) {
    if (!isAction(first)) throw usage(incidents, `${actions.join(', ')}, not ${first}`)
    checkUse(first, operands, given)
    const { runIncidents } = await import('../incidents/run.ts')
    return runIncidents({ action: first, operands, given, terminal })
  },
})

function isAction(text: string): text is Action {
  return (actions as readonly string[]).includes(text)
}

const needed: Readonly<Record<Action, readonly string[]>> = {
  list: [],
  show: ['ID'],
  export: ['ID'],
  close: ['ID'],
  reopen: ['ID'],
  merge: ['ID', 'OTHER'],
  split: ['ID', 'FROM', 'TO'],
}

/** Options that belong to some actions only. */
const owners: Partial<Record<keyof IncidentsOptions, readonly Action[]>> = {
  all: ['list'],
  level: ['list'],
  since: ['list'],
  limit: ['list'],
  follow: ['list'],
  verbose: ['show', 'export'],
  format: ['export'],
  output: ['export'],
  why: ['close', 'reopen', 'merge', 'split'],
}

function checkUse(action: Action, operands: readonly string[], given: IncidentsOptions): void {
  for (const [name, of] of Object.entries(owners)) {
    if (given[name as keyof IncidentsOptions] !== undefined && !of.includes(action)) {
      throw wrongUse(action, `${action} takes no --${name}`)
    }
  }
  const names = needed[action]
  const missing = names[operands.length]
  if (missing !== undefined)
    throw wrongUse(action, `${action} needs ${names.join(' ')}: ${missing} is missing`)
  const extra = operands[names.length]
  if (extra !== undefined) throw wrongUse(action, `unexpected ${extra}`)
}

/** With the synopsis of the action instead of that of the first. */
function wrongUse(action: Action, message: string): AppError {
  const lines = incidents.usage.filter((line) => line.split(/[ |[\]]/).includes(action))
  return usage({ name: 'incidents', usage: lines }, message)
}
