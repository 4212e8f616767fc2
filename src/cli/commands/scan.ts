// haechi scan PATH…: judges files now, in this process, on all cores.

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { Config, ScanLimits } from '../../config/index.ts'
import { type Command, configOption, defineCommand, type OptionValues } from '../command.ts'
import { contentOptions, engineContent, layContent } from '../content.ts'
import type { Responder, ResponderOptions } from '../scan/respond.ts'
import type { Curer } from '../../response/index.ts'

const options = {
  json: { kind: 'flag', help: 'Write one JSON object a line: a verdict for every file, then a summary.' },
  verbose: { kind: 'flag', short: 'v', help: 'Also list clean and skipped files.' },
  quiet: { kind: 'flag', short: 'q', help: 'Write neither progress nor summary.' },
  jobs: {
    kind: 'count',
    short: 'j',
    value: 'N',
    help: 'Files scanned at the same time.',
    default: 'the number of cores',
  },
  follow: {
    kind: 'flag',
    short: 'L',
    help: 'Follow symbolic links below the paths; each directory is entered once.',
  },
  'one-file-system': { kind: 'flag', short: 'x', help: 'Stay on the filesystems of the given paths.' },
  exclude: {
    kind: 'text',
    value: 'GLOB',
    multiple: true,
    help: 'Leave out what matches: `**/node_modules` (a path) or `*.iso` (a name). `*` also matches hidden names.',
  },
  ...contentOptions,
  plugin: { kind: 'text', value: 'DIR', multiple: true, help: 'Load the plugin in this folder too.' },
  password: {
    kind: 'text',
    value: 'TEXT',
    multiple: true,
    help: 'Try this password on encrypted members. Others on this host can read it from the process list.',
  },
  'password-file': { kind: 'text', value: 'FILE', help: 'Try the passwords in this file, one a line.' },
  'max-depth': { kind: 'count', value: 'N', help: 'Containers inside containers.', default: '16' },
  'max-members': {
    kind: 'count',
    value: 'N',
    help: 'Members of all containers of one file.',
    default: '50000',
  },
  'max-bytes': { kind: 'size', value: 'SIZE', help: 'Bytes unpacked from one file.', default: '2 GiB' },
  'max-ratio': {
    kind: 'count',
    value: 'N',
    help: 'Unpacked size of a member by its packed size.',
    default: '250',
  },
  'max-time': { kind: 'duration', value: 'TIME', help: 'Time for one file.', default: '30 s' },
  'on-found': {
    kind: 'choice',
    choices: ['report', 'cure', 'quarantine', 'delete'],
    default: 'report',
    help:
      'What to do with malicious files: say so; cure them (rebuild containers without what is malicious in them, the original goes ' +
      'into the quarantine; what cannot be cured goes there as a whole); move them into the quarantine; or delete them.',
  },
  ...configOption,
} as const

type Options = OptionValues<typeof options>

export const scan: Command<typeof options> = defineCommand({
  name: 'scan',
  summary: 'Scan files and folders now',
  usage: ['[OPTION]... PATH...'],
  description: [
    'Judges every regular file at and below the paths, hidden ones too, and looks into archives. Each file is clean, ' +
      'found (malicious), partial (nothing found, but something could not be read: a password, a limit, damage) ' +
      'or failed (could not be read at all). Partial and failed are never counted as clean.',
    'Symbolic links are followed only where they are named on the command line, or with --follow. Pipes, sockets and ' +
      'devices are never opened. Filesystems of the kernel (proc, sysfs …) are entered only when they are named.',
    'Names are shown with control characters escaped. With --json, names that are not UTF-8 also come as path_base64.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi scan ~/Downloads', about: 'Scan a folder.' },
    {
      command: 'haechi scan --rules rules/ --db /var/lib/clamav ~/Downloads',
      about: 'Look with these YARA rules and ClamAV databases too.',
    },
    { command: 'haechi scan --on-found quarantine /srv/www', about: 'Move what is malicious out of reach.' },
    {
      command: 'haechi scan --on-found cure /srv/mail',
      about: 'Take what is malicious out of archives, mails and documents, and keep the rest.',
    },
    {
      command: "haechi scan -x --exclude '/var/lib/docker/**' /",
      about: 'Scan the root filesystem without one folder.',
    },
    {
      command: 'haechi scan --json . | jq -r \'select(.verdict == "found").path\'',
      about: 'Use the verdicts in a program.',
    },
  ],
  exits: {
    0: 'all files are clean',
    1: 'something malicious was found',
    2: 'nothing was found, but something could not be read, or an error ended the run',
    3: 'nothing was found, but some files could only be read in part',
    130: 'interrupted; the summary tells how far it came',
  },
  async run({ options: given, operands, terminal }) {
    const { limitsOf, loadConfig } = await import('../../config/index.ts')
    const { compileGlobs } = await import('../../base/glob.ts')
    const { restoreOperands } = await import('../scan/operands.ts')
    const { checkJobs, runScan } = await import('../scan/run.ts')
    const { config } = await loadConfig({ file: given.config })
    const action = given['on-found'] ?? 'report'
    const decisiveScore = config.engine.heuristicsActFrom
    return runScan({
      paths: restoreOperands(operands),
      engine: {
        ...(await engineContent({ ...config, engine: layContent(config.engine, given) })),
        limits: { ...limitsOf(config.scan), ...givenLimits(given) },
        plugins: [...config.engine.plugins, ...(given.plugin ?? [])],
        passwords: passwordsOf(config, given),
      },
      threads: checkJobs(given.jobs ?? availableParallelism()),
      walk: {
        follow: given.follow ?? false,
        oneFileSystem: given['one-file-system'] ?? false,
        exclude: checked(() => compileGlobs(given.exclude ?? [])),
      },
      report: { json: given.json ?? false, verbose: given.verbose ?? false, quiet: given.quiet ?? false },
      decisiveScore,
      respond:
        action === 'report'
          ? undefined
          : await responder({ action, directory: config.quarantine.directory, decisiveScore }),
      terminal,
    })
  },
})

/** Loaded only when it is asked for: it brings in the C library and the validator. */
async function responder(wanted: Omit<ResponderOptions, 'curer'>): Promise<(curer: Curer) => Responder> {
  const { createResponder } = await import('../scan/respond.ts')
  return (curer) => createResponder({ ...wanted, curer })
}

function givenLimits(given: Options): Partial<ScanLimits> {
  const limits = {
    maxDepth: given['max-depth'],
    maxMembers: given['max-members'],
    maxBytes: given['max-bytes'],
    maxRatio: given['max-ratio'],
    maxMs: given['max-time'],
  }
  for (const [name, value] of Object.entries(limits)) {
    if (value === 0) throw new AppError('usage', `the limit ${name} must be at least 1`)
  }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

function passwordsOf(config: Config, given: Options): string[] {
  const file = given['password-file']
  const fromFile = file === undefined ? [] : readLines(file)
  return [...(given.password ?? []), ...fromFile, ...config.scan.passwords]
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '')
  } catch (thrown) {
    throw new AppError('not-found', `cannot read the passwords: ${messageOf(thrown)}`, { cause: thrown })
  }
}

/** A glob that cannot be used is a mistake on the command line. */
function checked<T>(make: () => T): T {
  try {
    return make()
  } catch (thrown) {
    throw new AppError('usage', messageOf(thrown), { cause: thrown })
  }
}
