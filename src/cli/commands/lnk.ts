// haechi lnk: shortcuts and jump lists of Windows.

import { type Command, defineCommand } from '../command.ts'

const options = {
  json: {
    kind: 'flag',
    help: 'Write one JSON object a line: every shortcut with all that is in it, then a summary.',
  },
  all: {
    kind: 'flag',
    short: 'a',
    help: 'Show everything that is known of each shortcut, not only a row of a table.',
  },
} as const

export const lnk: Command<typeof options> = defineCommand({
  name: 'lnk',
  summary: 'Show what Windows shortcuts and jump lists lead to',
  usage: ['[OPTION]... FILE|DIR...'],
  description: [
    'Reads shortcuts (.lnk) and jump lists (.automaticDestinations-ms, .customDestinations-ms): target and arguments, the target’s times ' +
      'when the shortcut was written, its volume with serial number and label, the network share, the computer’s name and network card ' +
      'from the link tracking service, shell items with their names and times, property stores, console and environment. Of a jump list ' +
      'each entry is shown, with when and how often it was opened. Of a folder all such files below it are read.',
    'A single shortcut is shown whole, several as a table (--all shows them whole). Times are UTC.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi lnk invoice.pdf.lnk', about: 'Where does it lead, and with which arguments?' },
    {
      command: 'haechi lnk Users/alice/AppData/Roaming/Microsoft/Windows/Recent',
      about: 'What a user opened.',
    },
    {
      command: "haechi lnk --json Recent | jq -r '.lnk.tracker.machineId // empty' | sort | uniq -c",
      about: 'On which computers the targets lay.',
    },
  ],
  exits: { 2: 'a file could not be read', 3: 'a file is damaged; what could be read is shown' },
  async run({ options: given, operands, terminal }) {
    const { runLnk } = await import('../lnk/run.ts')
    return runLnk(operands, given, terminal)
  },
})
