// `haechi rules test`: do rules match what they are meant to match, and nothing else?

import { AppError } from '../../base/app-error.ts'
import { compileGlobs } from '../../base/glob.ts'
import { contentOf } from '../../config/index.ts'
import { type Engine, load } from '../../engine/index.ts'
import type { RuleTestLine } from '../../model/rule-lines.ts'
import { usage } from '../args.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeProblems } from '../render/problems.ts'
import type { Terminal } from '../render/terminal.ts'
import type { RulesRun } from './action.ts'
import { plural } from './figures.ts'
import { readTestFile, type RuleTest, type TestFile, testFileEnd, testFilesOf } from './test-file.ts'

export function testRules(run: RulesRun): ExitCode {
  const { given, operands, terminal } = run
  const files = [...new Set(operands.flatMap((path) => testFilesOf(path)))].map((path) => readTestFile(path))
  const direct = directTests(run)
  if (files.length === 0 && direct.tests.length === 0) {
    throw usage(
      { name: 'rules', usage: ['test PATH... [--match FILE]... [--no-match FILE]...'] },
      `there are no tests: no *${testFileEnd} beside the rules, and no --match or --no-match`,
    )
  }
  const tally = new TestTally({ terminal, json: given.json === true })
  for (const file of direct.tests.length > 0 ? [...files, direct] : files) {
    for (const line of linesOf(run, file)) tally.add(line)
  }
  return tally.end()
}

/** Tells results as they come, and their sum. */
export class TestTally {
  private readonly terminal: Terminal
  private readonly json: boolean
  private readonly counts = { ok: 0, failed: 0 }

  constructor({ terminal, json }: { readonly terminal: Terminal; readonly json: boolean }) {
    this.terminal = terminal
    this.json = json
  }

  add(line: RuleTestLine): void {
    this.counts[line.result]++
    this.terminal.out(this.json ? jsonLine(line) : textOf(line, this.terminal))
  }

  /** 1 when a test does not hold. */
  end(): ExitCode {
    const { ok, failed } = this.counts
    const tests = ok + failed
    if (this.json) this.terminal.out(jsonLine({ type: 'rule-tests', version: 1, tests, ok, failed }))
    else this.terminal.out(`${plural(tests, 'test')}: ${ok} ok, ${failed} failed`)
    return failed > 0 ? exitCodes.found : exitCodes.clean
  }
}

/** What --match and --no-match ask: any of the rules, or none. */
function directTests({ given, operands }: RulesRun): TestFile {
  const rules = operands.filter((path) => !path.endsWith(testFileEnd))
  const tests = [
    ...(given.match ?? []).map((file) => ({ name: file, sample: file, match: ['*'], noMatch: [] })),
    ...(given['no-match'] ?? []).map((file) => ({ name: file, sample: file, match: [], noMatch: ['*'] })),
  ]
  return { path: '', rules, variables: {}, tests }
}

function linesOf({ config, given, terminal }: RulesRun, file: TestFile): RuleTestLine[] {
  const { variables } = contentOf(config.engine)
  const engine = load({ rules: file.rules, variables: { ...variables, ...file.variables } })
  if (engine.problems.length > 0) {
    writeProblems(engine.problems, { terminal, json: given.json === true })
    throw new AppError('list-invalid', `the rules of ${file.path || file.rules.join(', ')} have errors`)
  }
  const names = [...engine.rules()].filter((rule) => !rule.private).map(({ name }) => name)
  const instance = engine.instance()
  return file.tests.map((test) => {
    const { matched, unread } = matchedBy(instance, test)
    const problems = [...unread, ...expectations(test, matched, names)]
    return {
      type: 'rule-test',
      version: 1,
      file: file.path,
      name: test.name,
      result: problems.length === 0 ? 'ok' : 'failed',
      matched,
      problems,
    }
  })
}

/** Rules that match the sample or something in it. */
function matchedBy(
  instance: ReturnType<Engine['instance']>,
  { sample }: RuleTest,
): { matched: string[]; unread: string[] } {
  const verdict = instance.scan(sample)
  const names = verdict.detections.filter(({ detector }) => detector === 'yara').map(({ name }) => name)
  return {
    matched: [...new Set(names)],
    unread: verdict.reasons.map(({ chain, message }) => `${chain.join(' → ')} was not read: ${message}`),
  }
}

/** What is not as expected. A glob that no rule can ever fit is a test that tests nothing. */
function expectations(
  { match, noMatch }: RuleTest,
  matched: readonly string[],
  names: readonly string[],
): string[] {
  const problems: string[] = []
  for (const glob of [...match, ...noMatch]) {
    const fits = compileGlobs([glob])
    if (!names.some((name) => fits.matches(name))) problems.push(`there is no rule ${glob}`)
    else if (match.includes(glob) && !matched.some((name) => fits.matches(name))) {
      problems.push(glob === '*' ? 'no rule matches' : `${glob} does not match`)
    }
  }
  const expected = compileGlobs(match)
  const refused = compileGlobs(noMatch)
  for (const name of matched) {
    if (refused.matches(name) && !expected.matches(name)) problems.push(`${name} matches`)
  }
  return problems
}

function textOf({ file, name, result, problems }: RuleTestLine, terminal: Terminal): string {
  const place = file === '' || name === '' ? `${file}${name}` : `${file}: ${name}`
  const why = problems.length === 0 ? '' : `: ${problems.join('; ')}`
  return `${terminal.style(result === 'ok' ? 'green' : 'red', result.padEnd(6))}  ${terminal.safe(place + why)}`
}
