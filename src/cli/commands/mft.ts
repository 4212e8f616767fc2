// haechi mft: the files of an NTFS volume from its $MFT, and what happened to them from its change journal and its log.

import { type Command, defineCommand } from '../command.ts'
import { mftOptions } from '../mft/options.ts'

export const mft: Command<typeof mftOptions> = defineCommand({
  name: 'mft',
  summary: 'List the files of an NTFS volume, deleted ones too, its change journal and its log',
  usage: ['[OPTION]... FILE...'],
  description: [
    'Reads an extracted $MFT, the image of an NTFS volume (or the volume’s device), an extracted change journal ' +
      '($Extend\\$UsnJrnl:$J, versions 2 to 4), or an extracted $LogFile; what it is, its bytes say. Of each file: path, hard links, times of ' +
      '$STANDARD_INFORMATION and of $FILE_NAME, sizes, named streams (with their content where it lies in the record, such as ' +
      'Zone.Identifier), reparse points, deleted entries of directories that still lie in the record.',
    'A path begins with ? where a directory is gone and its record belongs to another file. `stamped` marks times that look set by a ' +
      'program: the creation is before the name’s (which only the kernel writes), or has no fraction of a second while the name’s ' +
      'has one, or the record was last changed before its name was made. Copies and installers do that too: a hint, not a proof.',
    'Of a $LogFile: files made, deleted, renamed and moved, times set with those before and after, named streams and data in ' +
      'records that came and went, records of the change journal that lie in it. Most of it is not older than a few hours.',
    'bodyfile is the format of Sleuth Kit’s mactime: a line each for $STANDARD_INFORMATION and $FILE_NAME. Times are UTC.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: mftOptions,
  examples: [
    { command: "haechi mft '$MFT'", about: 'Every file.' },
    {
      command: 'haechi mft --deleted --format csv disk.img',
      about: 'Deleted files of an image, for a spreadsheet.',
    },
    { command: "haechi mft --format bodyfile '$MFT' | mactime -d", about: 'A timeline.' },
    {
      command: "haechi mft --name '*.exe' --since 2d '$J'",
      about: 'What happened to programs in the last two days.',
    },
    { command: "haechi mft --stamped --format json '$MFT'", about: 'Files whose times look set.' },
    { command: "haechi mft --stamped '$LogFile'", about: 'Times that were set back, and what they were.' },
  ],
  exits: { 2: 'a file could not be read', 3: 'a file is damaged; what could be read is shown' },
  async run({ options, operands, terminal }) {
    const { runMft } = await import('../mft/run.ts')
    return runMft(operands, options, terminal)
  },
})
