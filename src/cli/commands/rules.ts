// haechi rules: what is loaded, what is wrong or slow in rules, why they match, and the user's own.

import type { AppError } from '../../base/app-error.ts'
import { usage } from '../args.ts'
import { type Command, defineCommand } from '../command.ts'
import { rulesOptions, type RulesOptions } from '../rules/options.ts'

const actions = ['list', 'lint', 'test', 'explain', 'profile', 'add', 'remove'] as const
type Action = (typeof actions)[number]

export const rules: Command<typeof rulesOptions> = defineCommand({
  name: 'rules',
  summary: 'List, check, test, explain and measure rules, and add your own',
  usage: [
    '[OPTION]... list [GLOB]...',
    '[OPTION]... lint [PATH]...',
    '[OPTION]... test PATH... [--match FILE]... [--no-match FILE]...',
    '[OPTION]... explain RULE|PATH FILE [--member NAME]...',
    '[OPTION]... profile FILE... [--top N]',
    '[OPTION]... add FILE...',
    '[OPTION]... add --hash HASH[:SIZE] NAME',
    '[OPTION]... add --pattern HEX NAME',
    '[OPTION]... add --rule FILE',
    '[OPTION]... remove NAME...',
  ],
  description: [
    'list, explain and profile use the rules of the configuration, those that haechi update keeps current, and your own; with ' +
      '--rules, --db or --hash-list only what these name.',
    'lint shows errors, warnings, and what makes scans slow: strings without four fixed bytes that could be looked for (or only ' +
      'ones that are common), regular expressions that begin or end with anything, rules that are evaluated for every object.',
    'test runs the tests that stand beside rules: for a.yar in a.test.toml, for a folder in all files *.test.toml below it. Such a ' +
      'file has one [[test]] for each sample: `name`; one of `file` (a path beside it), `base64`, `hex` or `text`; `match`, a list of rules ' +
      'that match; `no_match`, a list of rules that do not ("*": no others). `rules`, a list of paths at the top of the file, replaces ' +
      'the rule file of the same name, `[variables]` sets external variables.',
    'explain shows the matches of each string and the value of each part of the condition, also of those that a scan would not ' +
      'need to look at. profile measures what each rule costs on the given files: its condition, and the places looked at for its strings.',
    'add puts a hash, a byte pattern or rules into your own set, [engine] local; FILE is a rule file, or a hash list (.txt, .csv, .md5, ' +
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
      command: 'haechi rules add --hash 44d88612fea8a8f36de82e1278abb02f:68 Our.Test',
      about: 'Find this file from now on.',
    },
    { command: "haechi rules add --pattern 'de ad be ef ?? 00' Our_Bytes", about: 'Find these bytes.' },
    { command: 'haechi rules remove Our.Test', about: 'No longer.' },
  ],
  exits: {
    0: 'done; all tests hold, nothing is wrong',
    1: 'lint: there are errors; test: a test does not hold',
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
  if (action === 'explain' && operands.length !== 2) {
    throw wrongUse(action, 'explain takes two things: a rule (or a path of rules), and a file')
  }
  if ((action === 'test' || action === 'profile' || action === 'remove') && operands.length === 0) {
    throw wrongUse(action, `${action} needs ${needs[action]}`)
  }
  if (action === 'add') checkAdd(operands, given)
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

const needs = { test: 'rules or test files', profile: 'files', remove: 'a name' } as const

/** Options that belong to one action. */
const ownOptions = {
  quiet: 'lint',
  match: 'test',
  'no-match': 'test',
  member: 'explain',
  top: 'profile',
  hash: 'add',
  pattern: 'add',
  rule: 'add',
} as const satisfies Partial<Record<keyof RulesOptions, Action>>

const contentNames = ['rules', 'db', 'hash-list', 'define'] as const

function misplacedOption(action: Action, given: RulesOptions): string | undefined {
  const names = Object.keys(ownOptions) as (keyof typeof ownOptions)[]
  const foreign = names.find((name) => given[name] !== undefined && ownOptions[name] !== action)
  if (foreign !== undefined || (action !== 'add' && action !== 'remove')) return foreign
  return contentNames.find((name) => given[name] !== undefined)
}
