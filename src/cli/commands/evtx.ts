// haechi evtx: Windows event logs on any machine.

import { usage } from '../args.ts'
import { type Command, defineCommand } from '../command.ts'
import { evtxOptions } from '../evtx/options.ts'

export const evtx: Command<typeof evtxOptions> = defineCommand({
  name: 'evtx',
  summary: 'Read Windows event logs, and run Sigma rules over them',
  usage: ['[OPTION]... FILE|DIR...'],
  description: [
    'Reads .evtx files, of a folder all below it, and shows each record: time, channel, event number, computer, and what happened. ' +
      'Logs that were not closed, cut off or damaged are read as far as they go; what could not be read is told on standard error.',
    'Known kinds become events in the names of `haechi events`: process creation (4688, Sysmon 1), logons (4624, 4625, 4648), services ' +
      '(4697, 7045), tasks (4698), accounts, cleared logs (1102, 104), PowerShell (4104) and more. --where filters by these names, and by ' +
      'those of the log itself: hx.winlog.event_id, hx.winlog.channel, hx.winlog.data.NAME.',
    'With --sigma the rules are run over every record; each detection is told with the record that it is about.',
    '--carve finds chunks and single records in any data; templates that a record has lost are taken from other records.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: evtxOptions,
  examples: [
    { command: 'haechi evtx Security.evtx', about: 'All records of a log.' },
    {
      command: 'haechi evtx --where \'action = exec and process.command_line contains "-enc"\' logs/',
      about: 'Processes that were started with an encoded command, in all logs of a folder.',
    },
    {
      command: 'haechi evtx --sigma sigma/rules --level high --timeline logs/',
      about: 'What the rules detect, in the order of time.',
    },
    { command: 'haechi evtx --inventory logs/', about: 'Which logs there are, and what is missing in them.' },
    { command: 'haechi evtx --json Security.evtx | jq .event', about: 'Records as JSON.' },
    { command: 'haechi evtx --carve --json disk.raw', about: 'Records anywhere in a disk image.' },
  ],
  exits: {
    0: 'done; with --sigma: nothing detected',
    1: 'with --sigma: rules detected something',
    2: 'a file could not be read',
    3: 'something in a log was damaged; the rest was read',
  },
  async run({ options, operands, terminal }) {
    if (options.json === true && options.xml === true)
      throw usage(evtx, '--json and --xml exclude each other')
    if (options.sigma !== undefined && options.xml === true) {
      throw usage(evtx, '--xml shows records, --sigma detections: they exclude each other')
    }
    if (options.threads === 0) throw usage(evtx, '--threads is 1 or more')
    if (options.inventory === true) {
      if (options.sigma !== undefined || options.xml === true || options.carve === true)
        throw usage(evtx, '--inventory tells of logs, not of records: --sigma, --xml and --carve exclude it')
      const { runInventory } = await import('../evtx/inventory.ts')
      return runInventory(operands, options, terminal)
    }
    const { runEvtx } = await import('../evtx/run.ts')
    return runEvtx(operands, options, terminal)
  },
})
