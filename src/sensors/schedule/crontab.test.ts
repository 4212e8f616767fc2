import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { atJob, parseAtName } from './at-job.ts'
import { faultOfFields, nextRun } from './cron-time.ts'
import { parseAnacrontab, parseCrontab } from './crontab.ts'
import { diffJobs } from './diff.ts'

const path = '/etc/crontab'

test('a system crontab gives schedule, user, command and the environment before it', () => {
  const { jobs, problems } = parseCrontab(
    [
      '# comment',
      'SHELL=/bin/bash',
      'MAILTO = "root@example.org"',
      '',
      '17 *\t* * *   root\tcd / && run-parts --report /etc/cron.hourly',
      '@reboot www-data /opt/x --now',
      'PATH=/tmp:/bin',
      '*/5 0-6,12 1 jan-mar mon daemon echo 100\\%%first%second',
    ].join('\n'),
    { path },
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(
    jobs.map(({ line, schedule, user, command, input }) => ({ line, schedule, user, command, input })),
    [
      {
        line: 5,
        schedule: '17 * * * *',
        user: 'root',
        command: 'cd / && run-parts --report /etc/cron.hourly',
        input: undefined,
      },
      { line: 6, schedule: '@reboot', user: 'www-data', command: '/opt/x --now', input: undefined },
      {
        line: 8,
        schedule: '*/5 0-6,12 1 jan-mar mon',
        user: 'daemon',
        command: 'echo 100%',
        input: 'first\nsecond',
      },
    ],
  )
  assert.deepEqual(jobs[0]?.environment, { SHELL: '/bin/bash', MAILTO: 'root@example.org' })
  assert.equal(jobs[2]?.environment?.['PATH'], '/tmp:/bin')
})

test("lines of a user's crontab have no user of their own", () => {
  const { jobs } = parseCrontab('0 4 * * * root is a word here\n', { path, user: 'alice' })
  assert.deepEqual([jobs[0]?.user, jobs[0]?.command], ['alice', 'root is a word here'])
})

test('lines that cron would refuse are told with their number', () => {
  const { jobs, problems } = parseCrontab(
    ['60 * * * * root x', '* * * * root', '@fortnightly root x', '* * * * * root', '*/0 * * * * root x'].join(
      '\n',
    ),
    { path },
  )
  assert.equal(jobs.length, 0)
  assert.deepEqual(
    problems.map((problem) => problem.slice(path.length)),
    [
      ', line 1: bad minute',
      ', line 2: it ends too early',
      ', line 3: @fortnightly is no time',
      ', line 4: it ends too early',
      ', line 5: bad minute',
    ],
  )
})

test('time fields are judged as cron judges them', () => {
  const good = ['* * * * *', '-*/15 0 1-31/2 FEB sun,7', '0~30 ~5 * * *', '1,2,5-9 23 31 12 0-7']
  const bad = [
    '* 24 * * *',
    '* * 0 * *',
    '* * * foo *',
    '5-1 * * * *',
    '1.5 * * * *',
    '* * * * 8',
    '*-5 * * * *',
  ]
  for (const fields of good) assert.equal(faultOfFields(fields.split(' ')), undefined, fields)
  for (const fields of bad) assert.notEqual(faultOfFields(fields.split(' ')), undefined, fields)
})

test('the next run is the first minute that fits', () => {
  const after = new Date(2026, 10, 22, 10, 0, 30) // a Sunday
  const next = (schedule: string): string | undefined => nextRun(schedule, after)
  const local = (...parts: [number, number, number, number?, number?]): string =>
    new Date(...parts).toISOString()
  assert.equal(next('* * * * *'), local(2026, 10, 22, 10, 1))
  assert.equal(next('0 10 * * *'), local(2026, 10, 23, 10))
  assert.equal(next('30 4 1 * *'), local(2026, 11, 1, 4, 30))
  assert.equal(next('@weekly'), local(2026, 10, 29))
  assert.equal(next('0 0 29 2 *'), local(2028, 1, 29))
  // Two restricted day fields: one of them is enough. With a star in one, both must fit.
  assert.equal(next('0 0 13 * fri'), local(2026, 10, 27))
  assert.equal(next('0 0 */2 * mon'), local(2026, 10, 23))
  assert.equal(next('@reboot'), undefined)
  assert.equal(next('0 0 31 2 *'), undefined)
})

test('anacron gives its jobs as root', () => {
  const { jobs, problems } = parseAnacrontab(
    'SHELL=/bin/sh\n1\t5\tcron.daily\trun-parts --report /etc/cron.daily\n@monthly 15 m x y\nnonsense\n',
    '/etc/anacrontab',
  )
  assert.deepEqual(
    jobs.map(({ name, schedule, command, user }) => [name, schedule, command, user]),
    [
      ['cron.daily', 'every 1 days, 5 min after start', 'run-parts --report /etc/cron.daily', 'root'],
      ['m', '@monthly, 15 min after start', 'x y', 'root'],
    ],
  )
  assert.deepEqual(problems, ['/etc/anacrontab, line 4: it is no job of anacron'])
})

test('an at job has its time in its name and its user in its head', () => {
  const name = parseAtName('a0000c01c3f2e8')
  assert.ok(name !== undefined)
  assert.deepEqual(
    [name.queue, name.number, name.time],
    ['a', 12, new Date(0x1c3f2e8 * 60_000).toISOString()],
  )
  for (const other of ['.SEQ', 'a0000c01c3f2e', 'a0000c01c3f2e8.tmp', 'A0000C01C3F2E8'])
    assert.equal(parseAtName(other), undefined)
  const text =
    "#!/bin/sh\n# atrun uid=1000 gid=1000\n# mail alice 0\numask 22\nHOME=/x; export HOME\ncd /x || {\n\t echo 'no' >&2\n\t exit 1\n}\n${SHELL:-/bin/sh} << 'marcinDELIMITER1a2b'\ncurl x | sh\n\nmarcinDELIMITER1a2b\n"
  const userOf = (uid: number): string => (uid === 1000 ? 'alice' : '?')
  const job = atJob(name, { path: '/x', text, sha256: '', executable: true, userOf })
  assert.deepEqual([job.user, job.command], ['alice', 'curl x | sh'])
})

test('a changed time or command is a change, everything else comes and goes', () => {
  const parse = (text: string): ReturnType<typeof parseCrontab>['jobs'] => parseCrontab(text, { path }).jobs
  const before = parse('1 * * * * root a\n2 * * * * root b\n3 * * * * root c\n')
  const after = parse('# moved\n1 * * * * root a\n9 * * * * root b\n3 * * * * root evil\n4 * * * * root d\n')
  assert.deepEqual(
    diffJobs(before, after).map(({ action, job, before: old }) => [action, job.command, old?.command]),
    [
      ['job-changed', 'b', 'b'],
      ['job-changed', 'evil', 'c'],
      ['job-added', 'd', undefined],
    ],
  )
  assert.deepEqual(
    diffJobs(before, []).map(({ action }) => action),
    ['job-removed', 'job-removed', 'job-removed'],
  )
})

test('any text is read without a throw and within bounds', () => {
  const line = fc.stringMatching(/^[-*0-9@a-z%\\=,"'~/ \t#]{0,60}$/)
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(line).map((lines) => lines.join('\n')),
      ),
      (text) => {
        for (const { jobs, problems } of [
          parseCrontab(text, { path }),
          parseCrontab(text, { path, user: 'u' }),
          parseAnacrontab(text, path),
        ]) {
          assert.ok(problems.length <= 20)
          for (const job of jobs) {
            assert.ok(job.command.length <= 4096)
            if (job.kind === 'crontab') nextRun(job.schedule, new Date(0))
          }
        }
      },
    ),
    { numRuns: 300 },
  )
})
