// haechi respond: what is done about an attack, and how it is undone.

import { responseActions } from '../../model/index.ts'
import { usage } from '../args.ts'
import { configOption, type Command, defineCommand } from '../command.ts'

const options = {
  'dry-run': { kind: 'flag', short: 'n', help: 'Only say what would be done.' },
  yes: { kind: 'flag', short: 'y', help: 'Do it without asking.' },
  why: { kind: 'text', value: 'TEXT', help: 'For those who read the audit log later.' },
  incident: { kind: 'count', value: 'ID', help: 'The incident that it is an answer to.' },
  for: {
    kind: 'text',
    value: 'TIME',
    help: 'block-address, isolate-host: how long, e.g. 30min, 2h, 7d, or forever.',
    default: '24 h for an address, 1 h for the host',
  },
  'until-undone': { kind: 'flag', help: 'isolate-host: keep it until it is undone (--for forever).' },
  keys: { kind: 'flag', help: 'disable-account: set its ssh keys aside, too.' },
  'end-sessions': { kind: 'flag', help: 'disable-account: end its processes and sessions, too.' },
  json: { kind: 'flag', help: 'Write JSON: the plan of a dry run, else what came of it, a response a line.' },
  force: { kind: 'flag', short: 'f', help: 'Do what is refused otherwise; the plan says why it is.' },
  socket: {
    kind: 'text',
    value: 'PATH',
    help: 'Socket of the daemon, which is told.',
    default: '/run/haechi/haechi.sock',
  },
  ...configOption,
} as const

const others = ['list', 'undo', 'restore']

export const respond: Command<typeof options> = defineCommand({
  name: 'respond',
  summary: 'End an attack: kill, quarantine, block, isolate, disable; collect evidence; undo it',
  usage: [
    '[OPTION]... collect [PID,PID...]',
    '[OPTION]... kill-tree PID|ENTITY_ID',
    '[OPTION]... quarantine FILE',
    '[OPTION]... block-address ADDRESS[/PREFIX]',
    '[OPTION]... isolate-host [cgroup:PATH]',
    '[OPTION]... disable-account NAME',
    '[OPTION]... list',
    '[OPTION]... undo ID',
    '[OPTION]... restore',
  ],
  description: [
    'Shows first what exactly would be done, and asks; --dry-run stops there, --yes does not ask. Without a terminal one ' +
      'of the two must be given.',
    'collect starts a collection of evidence (haechi collect) with what [collect] of haechi.toml says, and looks closely at the ' +
      'processes that are given. kill-tree stops a process and all that it started, then kills them; a process.entity_id, as events have it, never hits ' +
      'another process that got the same number. block-address drops packets in both directions and ends the connections. ' +
      'isolate-host drops everything but loopback, DHCP and ssh from management_addresses and from where this command is ' +
      'given; with cgroup:PATH only for a service or a container. disable-account locks the password and lets the account expire.',
    'What is blocked or isolated ends by itself when its time is over: the kernel keeps the time, so nobody is locked out for good ' +
      'when haechi does not run. restore puts back what a boot has taken away; the daemon does so when it starts.',
    'Everything is written down before it is done and after, in responses.jsonl of [response] directory; list shows it, also what ' +
      'was interrupted. undo takes an ID, or the end of one. Processes that were ended stay so.',
  ],
  operands: { least: 1, most: 2 },
  options,
  examples: [
    { command: 'haechi respond --dry-run kill-tree 4711', about: 'What would be ended.' },
    {
      command: 'haechi respond block-address 203.0.113.9 --for 7d --incident 12',
      about: 'Block an address for a week.',
    },
    {
      command: 'haechi respond disable-account eve --keys --end-sessions --yes',
      about: 'Shut somebody out.',
    },
    { command: 'haechi respond undo a1b2c3d4', about: 'Take the last thing back.' },
  ],
  exits: { 0: 'done, or planned with --dry-run', 2: 'refused, not done, or done in part' },
  async run({ options: given, operands: [action = '', target = ''], terminal }) {
    const known = responseActions.find((name) => name === action)
    if (known === undefined && !others.includes(action))
      throw usage(respond, `an action, or ${others.join(', ')}; not ${action}`)
    if (target === '' && !['list', 'restore', 'collect', 'isolate-host'].includes(action))
      throw usage(respond, `${action} needs ${action === 'undo' ? 'an ID' : 'a target'}`)
    if (target !== '' && (action === 'list' || action === 'restore'))
      throw usage(respond, `unexpected ${target}`)
    const { openResponses } = await import('../respond/open.ts')
    const { runAction } = await import('../respond/run-action.ts')
    const { listResponses, restoreResponses, undoResponse } = await import('../respond/log-actions.ts')
    const opened = await openResponses(given, terminal)
    if (known !== undefined) return runAction({ action: known, target, given }, opened)
    if (action === 'list') return listResponses(given, opened)
    if (action === 'restore') return restoreResponses(given, opened)
    return undoResponse(target, given, opened)
  },
})
