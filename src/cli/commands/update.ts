// haechi update: signatures and rules from the sources of the configuration.

import { AppError } from '../../base/app-error.ts'
import { usage } from '../args.ts'
import { type Command, configOption, defineCommand } from '../command.ts'

const options = {
  list: { kind: 'flag', help: 'Show the sources, their versions and ages; ask nobody.' },
  'dry-run': { kind: 'flag', short: 'n', help: 'Ask what there would be, and write nothing.' },
  force: { kind: 'flag', short: 'f', help: 'Load everything whole again.' },
  'allow-downgrade': { kind: 'flag', help: 'Also take what is older than what is here.' },
  json: { kind: 'flag', help: 'Write one JSON object a source.' },
  ...configOption,
} as const

export const update: Command<typeof options> = defineCommand({
  name: 'update',
  summary: 'Update signatures and rules from the configured sources',
  usage: ['[OPTION]... [SOURCE]...', '--list [--json] [SOURCE]...'],
  description: [
    'Asks the sources in [update] of the configuration, all or those that are named: mirrors of ClamAV databases, archives of rules ' +
      'and hash lists, folders of this host. What is newer is loaded, checked (signatures, pinned hashes, sizes, whether the engine can ' +
      'use it) and then becomes current in one step. Whatever goes wrong, the version before stays; of each source a few are kept. ' +
      'Nothing is ever removed that an update did not write.',
    'Servers are asked over HTTPS, through a proxy if HTTPS_PROXY is set. A ClamAV mirror is asked for the 512-byte header of a ' +
      'database first, then for the diffs since the version that is here, then, if they do not lead there, for the whole database. ' +
      'The servers of clamav.net answer only freshclam and cvdupdate: use a mirror of your own.',
    'Afterwards a running guard loads its signatures again. To update regularly, let a systemd timer or cron start this command; it ' +
      'runs once and ends. Two updates never work at the same time.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi update', about: 'Update everything.' },
    { command: 'haechi update --list', about: 'What is installed, and how old it is.' },
    { command: 'haechi update --dry-run rules', about: 'Is there something new in the source called rules?' },
  ],
  exits: { 0: 'updated, or up to date', 2: 'a source could not be updated; the others were' },
  async run({ options: given, operands: names, terminal }) {
    if (given.list === true && (given['dry-run'] ?? given.force ?? given['allow-downgrade']) !== undefined) {
      throw usage(update, '--list asks nobody, so it goes with --json and names only')
    }
    const { loadConfig } = await import('../../config/index.ts')
    const { config } = await loadConfig({ file: given.config })
    const { checkSources } = await import('../../updates/index.ts')
    checkSources(config.update.sources)
    const sources = config.update.sources.filter(({ name }) => names.length === 0 || names.includes(name))
    const unknown = names.find((name) => !sources.some((source) => source.name === name))
    if (unknown !== undefined) {
      const known = config.update.sources.map(({ name }) => name).join(', ')
      throw new AppError('usage', `no source is called ${unknown}`, {
        hint: known === '' ? 'name sources in [update] of the configuration' : `there are ${known}`,
      })
    }
    if (given.list === true) {
      const { listSources } = await import('../update/list.ts')
      return listSources({ sources, directory: config.update.directory, terminal, json: given.json ?? false })
    }
    const { runUpdate } = await import('../update/run.ts')
    return runUpdate({
      config,
      sources,
      terminal,
      json: given.json ?? false,
      wishes: {
        dryRun: given['dry-run'] ?? false,
        force: given.force ?? false,
        allowDowngrade: given['allow-downgrade'] ?? false,
      },
    })
  },
})
