// haechi analyse: an examined host, or artefacts of one, on any machine.

import { analyseOptions } from '../analyse/options.ts'
import { type Command, defineCommand } from '../command.ts'

export const analyse: Command<typeof analyseOptions> = defineCommand({
  name: 'analyse',
  summary: 'Analyse a collected package, a disk image, a mounted disk or single artefacts',
  usage: ['[OPTION]... PACKAGE|IMAGE|DIR', '[OPTION]... FILE...'],
  description: [
    'Reads every artefact of Windows and Linux that is known here and makes of them: a timeline of all their times; findings of Sigma rules, ' +
      'of the engine, of signatures and imports of what starts by itself, of web logs, and of traces that somebody covered; incidents, which ' +
      'join what belongs together as the live host does; and a report as one page of HTML.',
    'Everything is written below --output: timeline.jsonl, findings.jsonl, incidents.jsonl, artefacts/KIND.jsonl with the records of each ' +
      'reader, and report.html. On the terminal stands a summary. The examined files are only read.',
    'What is damaged is read as far as it goes; what could not be read, and what was not looked at, stands in the report. A program without a ' +
      'signature of its own is `unknown` where the catalogs of its system are not there, never `unsigned`.',
    'A single artefact is told by its content, whatever it is called, and its records are shown: event logs, registry hives, prefetch files, ' +
      'shortcuts, jump lists, $MFT, $UsnJrnl, recycle bin, scheduled tasks, Zone.Identifier, login records, shell histories, logs.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: analyseOptions,
  examples: [
    { command: 'haechi analyse -o case-7 /mnt/c', about: 'A mounted Windows disk.' },
    {
      command: 'haechi analyse --sigma sigma/rules --mft -o case-7 disk.raw',
      about: 'A raw image, with the rules of SigmaHQ and every file of the $MFT in the timeline.',
    },
    {
      command: 'haechi analyse --since 2026-11-01 --kind prefetch --kind event-log --format csv /mnt/c',
      about: 'A narrow timeline for a spreadsheet.',
    },
    {
      command: "haechi analyse '$I3F9K2.docx' a.automaticDestinations-ms",
      about: 'Records of single artefacts.',
    },
    {
      command:
        'haechi analyse --json case.tar.zst | jq -r \'select(.type == "finding" and .level == "critical").what\'',
      about: 'The gravest findings of a collected package.',
    },
  ],
  exits: {
    0: 'done; nothing was found',
    1: 'something was found: a finding of level medium or above, or an incident',
    2: 'it could not be read, or is nothing that is known here',
    3: 'nothing was found, but something was damaged; the rest was read',
  },
  async run({ options, operands, terminal }) {
    const { keepYoungHeapSmall } = await import('../evtx/heap-keeper.ts')
    keepYoungHeapSmall()
    const { runAnalyse } = await import('../analyse/run.ts')
    return runAnalyse(operands, options, terminal)
  },
})
