// Crontabs (crontab(5)): users' own, and the system's with a user in each line; and anacron's table (anacrontab(5)).

import { faultOfFields, isNickname } from './cron-time.ts'
import { clippedCommand, type Job, type JobList } from './job.ts'

const maxLines = 20_000
const maxJobs = 5000
const maxVariables = 32
const maxValueLength = 512

export interface CrontabPlace {
  readonly path: string
  /** The owner of a user's crontab; undefined where each line names one. */
  readonly user?: string
}

/** A line that is neither a job, nor an assignment, nor a comment is a problem: cron then refuses the whole file. */
export function parseCrontab(text: string, place: CrontabPlace): JobList {
  const jobs: Job[] = []
  const problems: string[] = []
  const tell = (line: number, fault: string): void => {
    if (problems.length < 20) problems.push(`${place.path}, line ${line}: ${fault}`)
  }
  let environment: Readonly<Record<string, string>> = {}
  for (const { line, number } of significantLines(text)) {
    const variable = variableOf(line)
    if (variable !== undefined) {
      environment = withVariable(environment, variable)
      continue
    }
    const job = entryOf(line, place)
    if (typeof job === 'string') tell(number, job)
    else if (jobs.length < maxJobs) jobs.push({ ...job, line: number, environment })
    else tell(number, `more than ${maxJobs} jobs`)
  }
  return { jobs, problems }
}

function* significantLines(text: string): Generator<{ readonly line: string; readonly number: number }> {
  let number = 0
  for (const raw of text.split('\n', maxLines)) {
    number++
    const line = raw.trim()
    if (line !== '' && !line.startsWith('#')) yield { line, number }
  }
}

type Variable = readonly [name: string, value: string]

function variableOf(line: string): Variable | undefined {
  const match = /^(?:"([^"]{1,256})"|'([^']{1,256})'|([A-Za-z_][^\s="']{0,255}))\s{0,64}=\s{0,64}(.*)$/.exec(
    line,
  )
  if (match === null) return undefined
  const [, doubled, single, plain, value = ''] = match
  return [doubled ?? single ?? plain ?? '', unquoted(value).slice(0, maxValueLength)]
}

function unquoted(value: string): string {
  const quote = value[0]
  return value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote)
    ? value.slice(1, -1)
    : value
}

function withVariable(
  environment: Readonly<Record<string, string>>,
  [name, value]: Variable,
): Readonly<Record<string, string>> {
  // `__proto__` would be no name of its own.
  if (name === '__proto__' || Object.keys(environment).length >= maxVariables) return environment
  return { ...environment, [name]: value }
}

type Entry = Omit<Job, 'line' | 'environment'>

/** The job of a line, or what is wrong with it. */
function entryOf(line: string, { path, user }: CrontabPlace): Entry | string {
  const count = (line.startsWith('@') ? 1 : 5) + (user === undefined ? 1 : 0)
  const words: string[] = []
  let rest = line
  while (words.length < count) {
    const end = rest.search(/\s/)
    if (end < 0) return 'it ends too early'
    words.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  if (rest === '') return 'it has no command'
  const owner = user ?? words.pop() ?? ''
  const nickname = words[0] ?? ''
  const fault = line.startsWith('@') ? faultOfNickname(nickname) : faultOfFields(words)
  if (fault !== undefined) return fault
  return {
    kind: 'crontab',
    path,
    name: '',
    schedule: words.join(' '),
    user: owner,
    active: true,
    ...commandOf(rest),
  }
}

function faultOfNickname(word: string): string | undefined {
  return isNickname(word) ? undefined : `${word.slice(0, 32)} is no time`
}

/** The first `%` ends the command; what follows is its input, each further `%` a line end. `\%` is a `%`. */
function commandOf(rest: string): Pick<Job, 'command' | 'commandTruncated' | 'input'> {
  const parts = rest.split(/(?<!\\)%/)
  const [command = '', ...input] = parts.map((part) => part.replaceAll('\\%', '%'))
  return {
    ...clippedCommand(command.trimEnd()),
    ...(input.length === 0 ? {} : { input: input.join('\n').slice(0, maxValueLength) }),
  }
}

/** Lines `PERIOD DELAY NAME COMMAND`; the period is a number of days or `@monthly` and the like. All run as root. */
export function parseAnacrontab(text: string, path: string): JobList {
  const jobs: Job[] = []
  const problems: string[] = []
  let environment: Readonly<Record<string, string>> = {}
  for (const { line, number } of significantLines(text)) {
    const variable = variableOf(line)
    if (variable !== undefined) {
      environment = withVariable(environment, variable)
      continue
    }
    const match = /^(\d{1,9}|@[a-z]{1,16})\s+(\d{1,9})\s+(\S{1,256})\s+(\S.*)$/.exec(line)
    if (match === null) {
      if (problems.length < 20) problems.push(`${path}, line ${number}: it is no job of anacron`)
      continue
    }
    const [, period = '', delay = '', name = '', command = ''] = match
    if (jobs.length >= maxJobs) break
    jobs.push({
      kind: 'anacron',
      path,
      name,
      line: number,
      schedule: period.startsWith('@')
        ? `${period}, ${delay} min after start`
        : `every ${period} days, ${delay} min after start`,
      user: 'root',
      environment,
      active: true,
      ...clippedCommand(command),
    })
  }
  return { jobs, problems }
}
