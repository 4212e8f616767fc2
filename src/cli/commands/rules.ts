// haechi rules: what is loaded, what is wrong or slow in rules, why they match, and the user's own.

import type { AppError } from '../../base/app-error.ts'
import { usage } from '../args.ts'
import { type Command, defineCommand } from '../command.ts'
import { asksForEvents, isSigmaFile, rulesOptions, type RulesOptions } from '../rules/options.ts'

const actions = ['list', 'lint', 'test', 'explain', 'profile', 'add', 'remove'] as const
type Action = (typeof actions)[number]

export const rules: Command<typeof rulesOptions> = defineCommand({
  name: 'rules',
  summary: 'List, check, test, explain and measure rules, and add your own',
  usage: [
    '[OPTION]... list [GLOB]...',
    '[OPTION]... lint [PATH]...',
    '[OPTION]... test PATH... [--match FILE]... [--no-match FILE]...',
    '[OPTION]... test PATH... --events FILE|--since TIME|--where FILTER',
    '[OPTION]... explain RULE|PATH FILE [--member NAME]...',
    '[OPTION]... explain RULE|PATH --sequence N|--events FILE',
    '[OPTION]... profile FILE... [--top N]',
    '[OPTION]... profile --events FILE|--since TIME|--where FILTER [--top N]',
    '[OPTION]... add FILE...',
    '[OPTION]... add --hash HASH[:SIZE] NAME',
    '[OPTION]... add --pattern HEX NAME',
    '[OPTION]... add --rule FILE',
    '[OPTION]... remove NAME...',
  ],
  description: [
    'Rules are of two kinds. YARA rules (.yar) and hashes judge files; Sigma rules (.yml), as the Sigma project publishes them, judge events ' +
      'and requests in the logs of web servers. A folder may hold both. A Sigma rule is named by its id, name or title.',
    'list, explain and profile use the rules of the configuration, those that haechi update keeps current, and your own; with ' +
      '--rules, --db or --hash-list only what these name. Of Sigma rules list and lint also say which of them cannot run on this host, and why.',
    'lint shows errors, warnings, and what makes scans slow: strings without four fixed bytes that could be looked for (or only ' +
      'ones that are common), regular expressions that begin or end with anything, rules that are evaluated for every object.',
    'test runs the tests that stand beside rules: for a.yar in a.test.toml, for a folder in all files *.test.toml below it. Such a ' +
      'file has one [[test]] for each sample: `name`; one of `file` (a path beside it), `base64`, `hex` or `text`; `match`, a list of rules ' +
      'that match; `no_match`, a list of rules that do not ("*": no others). `rules`, a list of paths at the top of the file, replaces ' +
      'the rule file of the same name, `[variables]` sets external variables.',
    'For Sigma rules test runs a.test.yml beside a.yml: two lists, `match` and `no_match`, of events as `haechi events --json` shows them ' +
      '(`event` with `dataset` and `action` at least), of `request`s of a web server, of Windows events, or of maps with `events`, ' +
      'several in their order for correlations, a `name`, and `rules` that have to match. With --events, or --since, --where and --limit for ' +
      'those that the host has stored, it shows what the rules say of these events; explain shows each part of the condition with its ' +
      'values; profile measures what each rule costs.',
    'explain shows the matches of each string and the value of each part of the condition, also of those that a scan would not ' +
      'need to look at. profile measures what each rule costs on the given files: its condition, and the places looked at for its strings.',
    'add puts a hash, a byte pattern or rules into your own set, [engine] local; FILE is a file of YARA or Sigma rules, or a hash list (.txt, .csv, .md5, ' +
      '.sha1, .sha256). What is added is checked first and replaces nothing: a name that is taken is refused. remove takes one out ' +
      'again. Afterwards a running guard loads its signatures again.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: rulesOptions,
  examples: [
    { command: "haechi rules list 'APT_*'", about: 'Rules whose names begin so, with their files.' },
    { command: 'haechi rules lint rules/', about: 'What is wrong, and what is slow?' },
    { command: 'haechi rules test rules/', about: 'Do the rules match what they are meant to match?' },
    {
      command: 'haechi rules test a.yar --match bad.bin --no-match /bin/ls',
      about: 'The same for two files, without a test file.',
    },
    { command: 'haechi rules explain a.yar suspicious.doc', about: 'Why does it match, or why not?' },
    {
      command: 'haechi rules explain Webshell upload.zip -m inner.tar.gz -m x.php',
      about: 'The same for a member of an archive.',
    },
    { command: 'haechi rules profile --rules rules/ /usr/bin/*', about: 'Which rules cost most?' },
    {
      command: 'haechi rules test --since 1d rules/linux',
      about: 'What would these Sigma rules have told of the last day?',
    },
    {
      command: 'haechi rules explain "Web Server Starts A Shell" --sequence 4711',
      about: 'Why does it hold for this event, or why not?',
    },
    {
      command: 'haechi rules add --hash 44d88612fea8a8f36de82e1278abb02f:68 Our.Test',
      about: 'Find this file from now on.',
    },
    { command: "haechi rules add --pattern 'de ad be ef ?? 00' Our_Bytes", about: 'Find these bytes.' },
    { command: 'haechi rules remove Our.Test', about: 'No longer.' },
  ],
  exits: {
    0: 'done; all tests hold, nothing is wrong',
    1: 'lint: there are errors; test: a test does not hold, or with events: something matches',
    2: 'an error; nothing was changed',
  },
  async run({ options: given, operands: [action = '', ...operands], terminal }) {
    if (!isAction(action)) throw usage(rules, `${actions.join(', ')}, not ${action}`)
    checkOperands(action, operands, given)
    const { runRules } = await import('../rules/run.ts')
    return runRules(action, { given, operands, terminal })
  },
})

function isAction(text: string): text is Action {
  return (actions as readonly string[]).includes(text)
}

function checkOperands(action: Action, operands: readonly string[], given: RulesOptions): void {
  const misplaced = misplacedOption(action, given)
  if (misplaced !== undefined) throw wrongUse(action, `${action} takes no --${misplaced}`)
  const isOnEvents = asksForEvents(given)
  if (action === 'explain' && operands.length !== (isOnEvents ? 1 : 2)) {
    throw wrongUse(
      action,
      isOnEvents ? 'explain takes one Sigma rule (or a path of them) with events' : explainNeeds(operands),
    )
  }
  const needsOperands = action === 'test' || action === 'remove' || (action === 'profile' && !isOnEvents)
  if (needsOperands && operands.length === 0) throw wrongUse(action, `${action} needs ${needs[action]}`)
  if (action === 'profile' && isOnEvents && operands.length > 0) {
    throw wrongUse(action, 'profile of Sigma rules takes events, not files; --rules names the rules')
  }
  if (action === 'add') checkAdd(operands, given)
}

function explainNeeds(operands: readonly string[]): string {
  const [rule = ''] = operands
  if (operands.length === 1 && isSigmaFile(rule)) {
    return 'explain of Sigma rules needs an event: --sequence N, or --events FILE'
  }
  return 'explain takes two things: a rule (or a path of rules), and a file; of a Sigma rule an event: --sequence N, or --events FILE'
}

function checkAdd(operands: readonly string[], given: RulesOptions): void {
  const kinds = (['hash', 'pattern', 'rule'] as const).filter((kind) => given[kind] !== undefined)
  const [kind] = kinds
  if (kinds.length > 1) throw wrongUse('add', `add takes one of --${kinds.join(' and --')}`)
  if ((kind === 'hash' || kind === 'pattern') && operands.length !== 1) {
    throw wrongUse('add', `add --${kind} needs one NAME`)
  }
  if (kind === undefined && operands.length === 0) throw wrongUse('add', 'add needs something to add')
}

/** With the synopsis of the action instead of that of the first. */
function wrongUse(action: Action, message: string): AppError {
  const lines = rules.usage.filter((line) => line.split(' ').includes(action))
  return usage({ name: 'rules', usage: lines }, message)
}

const needs = { test: 'rules or test files', profile: 'files, or --events', remove: 'a name' } as const

/** Options that belong to some actions. */
const ownOptions = {
  quiet: ['lint'],
  match: ['test'],
  'no-match': ['test'],
  member: ['explain'],
  events: ['test', 'explain', 'profile'],
  since: ['test', 'explain', 'profile'],
  where: ['test', 'explain', 'profile'],
  limit: ['test', 'explain', 'profile'],
  sequence: ['explain'],
  top: ['profile'],
  hash: ['add'],
  pattern: ['add'],
  rule: ['add'],
} as const satisfies Partial<Record<keyof RulesOptions, readonly Action[]>>

const contentNames = ['rules', 'db', 'hash-list', 'define'] as const

function misplacedOption(action: Action, given: RulesOptions): string | undefined {
  const names = Object.keys(ownOptions) as (keyof typeof ownOptions)[]
  const foreign = names.find(
    (name) => given[name] !== undefined && !(ownOptions[name] as readonly Action[]).includes(action),
  )
  if (foreign !== undefined || (action !== 'add' && action !== 'remove')) return foreign
  return contentNames.find((name) => given[name] !== undefined)
}
