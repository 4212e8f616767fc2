// haechi sigma: Sigma rules, tried on stored events or on files of events.

import { usage } from '../args.ts'
import { type Command, defineCommand } from '../command.ts'
import { askOptions, rangeOptions } from '../host/options.ts'

const options = {
  events: {
    kind: 'text',
    short: 'e',
    value: 'FILE',
    multiple: true,
    help: 'Events to try the rules on: ours as JSON lines, or Windows events as JSON. Without it: those that the host has stored.',
  },
  where: { kind: 'text', short: 'w', value: 'FILTER', help: 'Of the stored events only these.' },
  since: rangeOptions.since,
  limit: { ...rangeOptions.limit, default: '100000' },
  ...askOptions,
} as const

const actions = ['lint', 'test', 'explain'] as const

export const sigma: Command<typeof options> = defineCommand({
  name: 'sigma',
  summary: 'Check Sigma rules, try them on what happened, and see why they match',
  usage: ['[OPTION]... lint PATH...', '[OPTION]... test PATH...', '[OPTION]... explain RULE PATH...'],
  description: [
    'PATH is a file of rules (.yml) or a folder of them, as the Sigma project publishes them; RULE is an id, a name or a title.',
    'lint shows what is wrong, with file and line, and which rules cannot run on the events of this host, with the reason. test runs rules, ' +
      'filters and correlations over stored events or files, and shows what matches. explain shows each part of the condition with its values.',
  ],
  operands: { least: 2, most: Number.POSITIVE_INFINITY },
  options,
  examples: [
    { command: 'haechi sigma lint rules/linux', about: 'Are they right, and do they run here?' },
    {
      command: 'haechi sigma test --since 1d rules/linux',
      about: 'What would they have told of the last day?',
    },
    {
      command: 'haechi sigma explain "Linux Reverse Shell Indicator" rules/ -e events.jsonl',
      about: 'Why does it match, or why not?',
    },
  ],
  exits: {
    0: 'nothing is wrong; nothing matches',
    1: 'lint: a rule is faulty; test and explain: something matches',
    2: 'rules or events cannot be read',
  },
  async run({ options: given, operands: [action = '', ...operands], terminal }) {
    if (!(actions as readonly string[]).includes(action))
      throw usage(sigma, `${actions.join(', ')}, not ${action}`)
    const [rule = ''] = operands
    const paths = action === 'explain' ? operands.slice(1) : operands
    if (paths.length === 0) throw usage(sigma, 'explain needs a rule and a path of rules')
    const { explainSigma, lintSigma, testSigma } = await import('../sigma/try-rules.ts')
    const run = {
      rules: paths,
      events: given.events ?? [],
      where: given.where,
      since: given.since,
      limit: given.limit,
      ask: given,
      json: given.json ?? false,
      terminal,
    }
    if (action === 'lint') return lintSigma(run)
    return action === 'test' ? testSigma(run) : explainSigma(run, rule)
  },
})
