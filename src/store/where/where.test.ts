import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { AppError } from '../../base/app-error.ts'
import type { Event } from '../../model/index.ts'
import { parseWhere } from './parser.ts'
import { compilePredicate } from './predicate.ts'

const nowMs = Date.UTC(2026, 10, 22, 12)

const shell: Event = {
  '@timestamp': '2026-11-22T11:55:00.000001Z',
  event: {
    kind: 'event',
    category: ['process'],
    type: ['start'],
    action: 'exec',
    dataset: 'hx.process',
    provider: 'ebpf',
    severity: 30,
  },
  message: 'sh -c "curl http://Example.org/x" by nginx',
  process: {
    pid: 4242,
    executable: '/usr/bin/sh',
    args: ['sh', '-c', 'curl http://Example.org/x'],
    interactive: false,
    start: '2026-11-22T11:55:00.000001Z',
    parent: { pid: 1, executable: '/usr/sbin/nginx' },
  },
  user: { id: '0', name: 'root' },
  file: { path: '/etc/cron.d/evil', mode: '0755', size: 1_500_000 },
  source: { ip: 'fe80::1', port: 40_000 },
  destination: { ip: '10.1.2.3', port: 443 },
  hx: { process: { auid: 1000, list: [{ name: 'one' }, { name: 'two' }] }, empty: [], nothing: null },
}

const holds = [
  'process.executable ends "/sh" and user.id = 0',
  'event.action in (exec, connect)',
  'action = exec',
  'dataset = process and dataset = hx.process',
  'dataset in (login, process)',
  'destination.ip in 10.0.0.0/8',
  'ip in fe80::/10 and ip in (192.0.2.1, 10.1.0.0/16)',
  'ip = 10.1.2.3',
  'destination.ip not in (10.2.0.0/16, ::/0)',
  'file.path ~ "/etc/**"',
  "path ~ '/etc/*/e?il'",
  'path !~ "/etc/*"',
  'process.args contains "-c"',
  'args = "-c"',
  'args starts with curl',
  'args ends org/x',
  'not exe contains bash',
  'user = root and user = 0 and uid = 0',
  'file.mode = 0755 and file.mode = "0755"',
  'severity >= 30 and severity < 30.5 and pid > 4241',
  'file.mode > 700',
  'file.size > 1000000',
  'port = 443 and port = 40000 and port != 80',
  'process.interactive = false',
  'time > 10m and time < 1m and @timestamp >= "2026-11-22T11:55:00.000001Z"',
  'process.start < now and process.start > yesterday',
  'hx.process.auid = 1000',
  'hx.process.list.name = two and hx.process.list.name = one',
  'hx.process exists and hx.empty exists and process exists',
  'hx.nothing missing and hx.none missing and container missing and message exists',
  'user.name != nobody and container.id != x',
  'curl example.ORG not (wget or fetch)',
  '"curl http" nginx',
  'wget or curl',
  'WGET OR Curl AND action = exec',
  '! wget !(fetch)',
  'not not curl',
  "message contains '\"curl'",
  String.raw`message contains "\"curl"`,
  'rule missing',
]

const fails = [
  'process.executable ends "/bash"',
  'event.action in (exit, connect)',
  'action = EXEC',
  'dataset != process',
  'destination.ip in 11.0.0.0/8',
  'destination.ip in fe80::/10',
  'path ~ "/etc/*"',
  'args = "-"',
  'user = 1',
  'port < 443',
  'severity > 30',
  'process.executable > 3',
  'time > 4m',
  'time < "2026-11-22T11:55:00Z"',
  'process.parent.pid = 0',
  'wget and curl',
  'curl and not nginx or wget',
  'cur',
  '"http curl"',
  'container.id = x',
  'process = 1',
]

for (const [sources, expected] of [
  [holds, true],
  [fails, false],
] as const) {
  for (const source of sources) {
    test(`${source} ${expected ? 'holds' : 'does not hold'}`, () => {
      assert.equal(compilePredicate(parseWhere(source, nowMs))(shell), expected)
    })
  }
}

const mistakes: readonly (readonly [source: string, what: RegExp, place: string, hint: RegExp])[] = [
  ['proces.pid = 3', /^there is no field proces\.pid$/, '^^^^^^^^^^', /Did you mean process\.pid\?/],
  ['pid = 3 and exee ends x', /no field exee/, '            ^^^^', /Did you mean exe\?/],
  ['zzzzzzzzzz = 3', /no field zzzzzzzzzz/, '^^^^^^^^^^', /^$/],
  ['dataset = proces', /no dataset proces/, '          ^^^^^^', /^$/],
  ['pid =', /a value is expected/, '     ^', /quotes/],
  ['pid > many', /this is no number/, '      ^^^^', /^$/],
  ['time > soon', /this is no time/, '       ^^^^', /yesterday/],
  ['(pid = 1', /not closed/, '        ^', /character 1/],
  ['pid = 1)', /does not belong/, '       ^', /^$/],
  ['pid in (1, 2', /not closed/, '            ^', /comma/],
  ['exe = "abc', /does not end/, '      ^', /Close it/],
  [String.raw`exe = "a\qc"`, /escape is unknown/, '        ^^', /backslash/],
  ['and pid = 1', /a term is expected/, '^^^', /^$/],
  ['pid = 1 or', /ends where a term/, '          ^', /^$/],
  ['', /is empty/, '^', /^$/],
  ['"--"', /no letter or digit/, '^^^^', /^$/],
  [`path ~ "${'{a,b}'.repeat(12)}"`, /more than 256 globs/, `       ${'^'.repeat(62)}`, /^$/],
]

for (const [source, what, place, hint] of mistakes) {
  test(`the mistake in ${JSON.stringify(source.slice(0, 30))} is shown at its place`, () => {
    assert.throws(
      () => parseWhere(source, nowMs),
      (thrown) => {
        assert.ok(thrown instanceof AppError)
        assert.equal(thrown.code, 'usage')
        const [first = '', line, carets] = thrown.message.split('\n')
        assert.match(first, what)
        assert.equal(line, `  ${source}`)
        assert.equal(carets, `  ${place}`)
        assert.match(thrown.hint, hint)
        return true
      },
    )
  })
}

test('a filter that is too long, too deep or has too many terms is refused', () => {
  for (const source of ['x '.repeat(5000), `${'('.repeat(60)}x${')'.repeat(60)}`, 'x '.repeat(600)]) {
    assert.throws(() => parseWhere(source, nowMs), { code: 'usage' })
  }
})

test('any text is a filter or a mistake, and the filter never throws', () => {
  const piece = fc.constantFrom(
    'pid',
    'exe',
    '=',
    '!',
    '~',
    '(',
    ')',
    ',',
    'in',
    'not',
    '"',
    "'",
    '\\',
    ' ',
    '1',
    'or',
  )
  const source = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((pieces) => pieces.join(' ')),
  )
  fc.assert(
    fc.property(source, fc.jsonValue(), (text, value) => {
      let where
      try {
        where = parseWhere(text, nowMs)
      } catch (thrown) {
        assert.ok(thrown instanceof AppError && thrown.code === 'usage', String(thrown))
        return
      }
      assert.equal(typeof compilePredicate(where)(shell), 'boolean')
      assert.equal(
        typeof compilePredicate(where)({ ...shell, process: value } as unknown as Event),
        'boolean',
      )
    }),
    { numRuns: 500 },
  )
})
