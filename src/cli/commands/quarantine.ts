// haechi quarantine: what was taken away from where, and the way back.

import { configOption, type Command, defineCommand } from '../command.ts'
import { usage } from '../args.ts'

const options = {
  json: { kind: 'flag', help: 'Write one JSON object a line.' },
  to: { kind: 'text', value: 'PATH', help: 'restore: put it here instead of its old place.' },
  force: { kind: 'flag', short: 'f', help: 'restore: replace what stands there.' },
  directory: {
    kind: 'text',
    short: 'd',
    value: 'DIR',
    help: 'Use the quarantine in this folder.',
    default: '[quarantine] directory of the configuration',
  },
  ...configOption,
} as const

export const quarantine: Command<typeof options> = defineCommand({
  name: 'quarantine',
  summary: 'List, show, restore or delete files that were taken away',
  usage: [
    '[OPTION]... list',
    '[OPTION]... show ID...',
    '[OPTION]... restore [--to PATH] [--force] ID...',
    '[OPTION]... delete ID...',
  ],
  description: [
    'The quarantine keeps malicious files in a form that nothing can open or run, with everything that is needed to put ' +
      'them back: path, owner, mode, times, extended attributes. An ID may be shortened to 8 characters or more while it stays unique.',
    'restore checks the content against its SHA-256 and puts it back in one step, or changes nothing. It never ' +
      'replaces a file without --force, and refuses when a folder of the old path has become a symbolic link; --to ' +
      'chooses another place.',
    'While a guard watches the place, a restored file is judged again when it is written and would be taken away again: ' +
      'exclude its path in [gate.exclude] first, or restore to a place that is not guarded.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi quarantine list', about: 'What is there, oldest first.' },
    {
      command: 'haechi quarantine show 20261122T0102',
      about: 'Everything about one item; the ID is shortened.',
    },
    {
      command: 'haechi quarantine restore --to /tmp/sample 20261122T0102',
      about: 'Take one out for analysis.',
    },
  ],
  exits: { 0: 'done', 2: 'an item is damaged or missing, or could not be restored' },
  async run({ options: given, operands: [action = '', ...ids], terminal }) {
    if (!['list', 'show', 'restore', 'delete'].includes(action)) {
      throw usage(quarantine, `list, show, restore or delete, not ${action}`)
    }
    if (action === 'list' && ids.length > 0) throw usage(quarantine, `list takes no ID: ${ids[0] ?? ''}`)
    if (action !== 'list' && ids.length === 0) throw usage(quarantine, `${action} needs an ID`)
    if (action === 'restore' && given.to !== undefined && ids.length > 1) {
      throw usage(quarantine, 'restore --to takes one ID')
    }
    const { loadConfig } = await import('../../config/index.ts')
    const { Quarantine } = await import('../../response/index.ts')
    const { runAction } = await import('../quarantine/actions.ts')
    const directory =
      given.directory ?? (await loadConfig({ file: given.config })).config.quarantine.directory
    return runAction(action as 'list' | 'show' | 'restore' | 'delete', ids, {
      store: new Quarantine(directory),
      terminal,
      json: given.json ?? false,
      restore: { ...(given.to === undefined ? {} : { to: given.to }), force: given.force ?? false },
    })
  },
})
