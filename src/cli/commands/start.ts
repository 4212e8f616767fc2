// haechi start: what `npm start` runs. With places it is `haechi up`; without, it makes a folder to try it on.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { type Command, defineCommand } from '../command.ts'
import { applyOptions, upOptions } from '../guard/options.ts'
import type { Terminal } from '../render/terminal.ts'

// The test file of eicar.org, in two halves: our own source must not be taken for it.
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD', '-ANTIVIRUS-TEST-FILE!$H+H*\n'].join('')

export const start: Command<typeof upOptions> = defineCommand({
  name: 'start',
  summary: 'Run the whole daemon on the given places, or on a folder made to try it on',
  usage: ['[OPTION]... [PLACE]...'],
  description: [
    'With places, or with places in haechi.toml, this is haechi up. Without, it makes ./guarded with a clean file and ' +
      'the harmless EICAR test file, guards it, watches the host, and says what to try.',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: upOptions,
  examples: [
    { command: 'npm start', about: 'Try it in ./guarded.' },
    { command: 'npm start -- /srv/www /home', about: 'Guard these places.' },
  ],
  exits: { 0: 'ended by SIGTERM or SIGINT, every question answered', 2: 'the guard could not stand' },
  async run({ options: given, operands, terminal }) {
    const { loadConfig } = await import('../../config/index.ts')
    const { runDaemon } = await import('../guard/run.ts')
    const { config } = await loadConfig({ file: given.config })
    // npm changes to the project's folder; the user's own is in INIT_CWD.
    const laid = applyOptions(config, given, operands, process.env['INIT_CWD'] ?? process.cwd())
    const options = { json: given.json ?? false, verbose: given.verbose ?? false, withHost: true }
    if (laid.gate.places.length > 0) return runDaemon({ config: laid, ...options }, terminal)
    const folder = resolve('guarded')
    prepare(folder)
    const places = [{ path: folder, kind: 'directory' as const }]
    const trial = { ...laid, gate: { ...laid.gate, places } }
    return runDaemon(
      { config: trial, ...options, ...(options.json ? {} : { invitation: invitation(terminal) }) },
      terminal,
    )
  },
})

function prepare(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of [
    ['clean.txt', 'An ordinary file.\n'],
    ['eicar.com', eicar],
  ] as const) {
    const path = resolve(folder, name)
    if (!existsSync(path)) writeFileSync(path, content)
  }
}

function invitation(terminal: Terminal): string[] {
  const command = (text: string): string => terminal.style('cyan', text.padEnd(27))
  return [
    '',
    'Try in another terminal, in this folder:',
    `  ${command('cat guarded/clean.txt')} opens as usual`,
    `  ${command('cat guarded/eicar.com')} is refused: Operation not permitted`,
    `  ${command('bin/haechi events --follow')} what happens on this host`,
    `  ${command('bin/haechi ps --tree')} who started what`,
    `  ${command('bin/haechi status')} how the daemon is doing`,
    'Guard your own places with: npm start -- /srv/www /home',
    'End with Ctrl-C.',
    '',
  ]
}
