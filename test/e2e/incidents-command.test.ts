// haechi incidents against a control socket that answers as the daemon does.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'

import type * as z from 'zod/mini'

import { AppError } from '../../src/base/app-error.ts'
import { readArguments } from '../../src/cli/args.ts'
import { incidents } from '../../src/cli/commands/incidents.ts'
import { incidentLines } from '../../src/model/incident-lines.ts'
import { createTerminal } from '../../src/cli/render/terminal.ts'
import { type Handlers, listen } from '../../src/daemon/control-socket.ts'
import type { Incident, IncidentHead } from '../../src/model/index.ts'
import { withFolder } from '../support/folder.ts'
import { hostileIncident } from '../support/hostile-incident.ts'
import { headOf, largeIncident, webShellIncident } from '../support/incident.ts'

type Request = Readonly<Record<string, unknown>>

interface Answering {
  readonly socket: string
  readonly folder: string
  readonly requests: Request[]
  /** What it answers from; may be changed. */
  readonly known: Map<number, Incident>
  /** Tells whoever waits for events that there are some. */
  tell(): void
}

async function answering(t: TestContext, incidentList: readonly Incident[]): Promise<Answering> {
  const folder = withFolder(t)
  const socket = join(folder.path, 'haechi.sock')
  const requests: Request[] = []
  const known = new Map(incidentList.map((incident) => [incident.id, incident]))
  let sequence = 41
  let waiting: (() => void)[] = []
  const found = (id: unknown): Incident => {
    const incident = known.get(Number(id))
    if (incident === undefined) throw new AppError('not-found', `there is no incident ${Number(id)}`)
    return incident
  }
  const handlers: Handlers = {
    ping: () => 'pong',
    async events(request) {
      requests.push(request)
      if (request['where'] === 'action = sensor.loss') {
        const event = {
          '@timestamp': '2026-11-22T10:01:00Z',
          event: {},
          hx: { loss: { source: 'fanotify', count: 3 } },
        }
        return { events: [event], last: 1, more: false }
      }
      if (request['where'] === undefined)
        return { events: [{ event: { sequence } }], last: sequence, more: false }
      if (Number(request['after']) >= sequence) {
        const { promise, resolve } = Promise.withResolvers<undefined>()
        waiting.push(() => {
          resolve(undefined)
        })
        await promise
      }
      return { events: [], last: sequence, more: false }
    },
    incidents(request) {
      requests.push(request)
      return {
        incidents: [...known.values()]
          .filter(({ status }) => request['all'] === true || status === 'open')
          .map(headOf),
      }
    },
    incident: ({ id }) => found(id),
    'incident-change': (request) => {
      requests.push(request)
      const change = { time: '2026-11-22T12:00:00Z', change: 'closed', why: String(request['why']) } as const
      const before = found(request['id'])
      return { ...before, status: 'closed', history: [...before.history, change] }
    },
  }
  const server = await listen(socket, handlers)
  t.after(() => {
    server.close()
    for (const go of waiting) go()
  })
  return {
    socket,
    folder: folder.path,
    requests,
    known,
    tell() {
      sequence += 1
      for (const go of waiting) go()
      waiting = []
    },
  }
}

interface Written {
  readonly out: string[]
  readonly err: string[]
  readonly code: Promise<number>
}

function haechi(from: Answering, ...words: readonly string[]): Written {
  const out: string[] = []
  const err: string[] = []
  const sink = (lines: string[]): { write: (text: string) => unknown; on: () => undefined } => ({
    write: (text) => lines.push(text.replace(/\n$/, '')),
    on: () => undefined,
  })
  const terminal = createTerminal({
    stdout: sink(out),
    stderr: sink(err),
    color: false,
    quit: () => undefined,
  })
  const { options, operands } = readArguments(incidents, [...words, '--socket', from.socket])
  const code = Promise.resolve(incidents.run({ options, operands, terminal }))
  return { out, err, code }
}

async function run(
  from: Answering,
  ...words: readonly string[]
): Promise<Omit<Written, 'code'> & { code: number }> {
  const { out, err, code } = haechi(from, ...words)
  return { out, err, code: await code }
}

test('the list has the gravest first, and passes on what was asked for', async (t) => {
  const from = await answering(t, [
    webShellIncident({ id: 3, level: 'low', score: 20, title: 'a scan' }),
    webShellIncident({ id: 4, level: 'critical', score: 80, title: 'less' }),
    webShellIncident({ id: 7 }),
    webShellIncident({ id: 8, status: 'closed' }),
  ])
  const { out, code } = await run(from)
  assert.equal(code, 0)
  assert.deepEqual(
    out.map((line) => line.split(/ {2,}/)[0]),
    ['ID', '7', '4', '3'],
  )
  assert.match(
    out[1] ?? '',
    /^7 +critical +97 +11-22 \d\d:00:\d\d|^7 +critical +97 +11-22 \d\d:02:50 +20 +14 +Web shell from/,
  )
  await run(from, 'list', '--all', '--level', 'high', '--since', '2d', '--limit', '9')
  assert.deepEqual(from.requests.at(-1), {
    command: 'incidents',
    limit: 9,
    all: true,
    level: 'high',
    since: '2d',
  })
  const empty = await run(await answering(t, []))
  assert.deepEqual([empty.out, empty.err], [[], ['haechi: no open incidents']])
})

/** Fields of the model that the schema lacks: none, or this does not compile. */
type Missing<Line, Model> = Exclude<keyof Model, keyof Line> extends never ? true : never
const isWhole: [
  Missing<z.infer<typeof incidentLines.incident.schema>, Incident>,
  Missing<z.infer<(typeof incidentLines)['incident-head']['schema']>, IncidentHead>,
] = [true, true]

test('JSON lines are as their schemas say, with hostile names too', async (t) => {
  const from = await answering(t, [
    webShellIncident(),
    { ...hostileIncident(), id: 8 },
    {
      ...largeIncident(60),
      id: 9,
      into: 7,
      continues: 3,
      outcome: 'likely',
      cuts: [{ from: 'a', to: 'b' }],
      basis: [
        {
          rule: 'r',
          ruleset: 'weblog',
          severity: 75,
          techniques: [],
          attempt: true,
          web: { class: 'rce', confidence: 90 },
        },
      ],
    },
  ])
  const { out } = await run(from, '--json')
  assert.equal(out.length, 3)
  assert.deepEqual(isWhole, [true, true])
  for (const line of out) incidentLines['incident-head'].schema.parse(JSON.parse(line))
  for (const id of [7, 8, 9]) {
    const { out: shown } = await run(from, 'show', String(id), '--json')
    assert.equal(shown.length, 1)
    // eslint-disable-next-line no-control-regex -- control characters are what this looks for
    assert.doesNotMatch(shown[0] ?? '', /[\u0000-\u001f\u007f-\u009f\u2028\u202e\u2066]/)
    const value: unknown = JSON.parse(shown[0] ?? '')
    incidentLines.incident.schema.parse(value)
    assert.deepEqual(value, { type: 'incident', ...from.known.get(id) })
  }
})

test('show tells the story, and what the sensors lost meanwhile', async (t) => {
  const from = await answering(t, [webShellIncident()])
  const { out } = await run(from, 'show', '#7')
  assert.match(out[0] ?? '', /^Incident 7 {2}CRITICAL/)
  assert.ok(out.some((line) => line.includes('The sensors lost 3 events of fanotify')))
  const asked = from.requests.find(({ where }) => where === 'action = sensor.loss')
  const { first, last } = webShellIncident()
  assert.deepEqual([asked?.['since'], asked?.['until']], [first, last])
})

test('export writes a file for its owner alone, by a name of ours or a given one, or to standard output', async (t) => {
  const from = await answering(t, [webShellIncident()])
  const path = join(from.folder, 'report.html')
  const { err } = await run(from, 'export', '7', '-o', path)
  assert.deepEqual(err, [`haechi: ${path} written`])
  assert.match(readFileSync(path, 'utf8'), /^<!doctype html>/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const text = await run(from, 'export', '7', '--format', 'text', '--output', '-')
  assert.match(text.out.join('\n'), /^Incident 7 {2}CRITICAL[\s\S]*STORY/)
  const json = await run(from, 'export', '7', '--format', 'json', '--output', '-')
  incidentLines.incident.schema.parse(JSON.parse(json.out.join('')))
})

test('a name of ours is never written through a link that somebody else made', async (t) => {
  const from = await answering(t, [webShellIncident()])
  const there = process.cwd()
  t.after(() => process.chdir(there))
  const shared = join(from.folder, 'shared')
  mkdirSync(shared)
  process.chdir(shared)
  const victim = join(from.folder, 'victim')
  writeFileSync(victim, 'precious')
  symlinkSync(victim, 'incident-7.json')
  await assert.rejects(run(from, 'export', '7', '--format', 'json'), /incident-7\.json cannot be written/)
  assert.equal(readFileSync(victim, 'utf8'), 'precious')
  await run(from, 'export', '7')
  assert.match(readFileSync('incident-7.html', 'utf8'), /^<!doctype html>/)
})

test('changes reach the daemon; split takes the numbers that show prints', async (t) => {
  const incident = webShellIncident()
  const from = await answering(t, [incident])
  const { out } = await run(from, 'close', '7', '--why', 'our\u001b[2J own test')
  assert.deepEqual(out, [String.raw`incident 7 is closed: closed: our\x1b[2J own test`])
  assert.deepEqual(from.requests.at(-1), {
    command: 'incident-change',
    change: 'close',
    id: 7,
    why: 'our\u001b[2J own test',
  })
  await run(from, 'merge', '7', '6')
  assert.deepEqual(from.requests.at(-1), { command: 'incident-change', change: 'merge', id: 7, other: 6 })
  await run(from, 'split', '7', '#3', incident.nodes[11]?.id ?? '', '--why', 'x')
  assert.deepEqual(from.requests.at(-1), {
    command: 'incident-change',
    change: 'split',
    id: 7,
    from: incident.nodes[2]?.id,
    to: incident.nodes[11]?.id,
    why: 'x',
  })
  for (const word of ['0', '26', 'no-such']) {
    await assert.rejects(run(from, 'split', '7', '1', word), /incident 7 has no /)
  }
})

test('wrong use is told before anybody is asked', async (t) => {
  const from = await answering(t, [])
  for (const [words, message] of [
    [['shwo', '7'], /list, show, export, close, reopen, merge, split, not shwo/],
    [['show'], /show needs ID: ID is missing/],
    [['split', '7', '3'], /split needs ID FROM TO: TO is missing/],
    [['show', '7', '8'], /unexpected 8/],
    [['show', '7', '--all'], /show takes no --all/],
    [['list', '--why', 'x'], /list takes no --why/],
    [['show', 'seven'], /seven is no number of an incident/],
    [['show', '0'], /0 is no number of an incident/],
  ] as const) {
    await assert.rejects(run(from, ...words), (thrown: unknown) => {
      assert.ok(thrown instanceof AppError && thrown.code === 'usage')
      assert.match(thrown.message, message)
      return true
    })
  }
  assert.deepEqual(from.requests, [])
  await assert.rejects(run(from, 'show', '9'), /there is no incident 9/)
})

test(
  '--follow tells what opens, rises, closes and merges, and nothing twice',
  { timeout: 30_000 },
  async (t) => {
    const from = await answering(t, [webShellIncident({ level: 'high' })])
    const { out, code } = haechi(from, '--follow', '--json', '--level', 'medium')
    // It ends with the socket, after the test.
    code.catch(() => undefined)
    const until = async (count: number): Promise<void> => {
      while (out.length < count) await nextTurn()
    }
    const lists = (): number => from.requests.filter(({ command }) => command === 'incidents').length
    const settled = async (): Promise<void> => {
      const before = lists()
      from.tell()
      while (lists() <= before) await nextTurn()
    }
    await until(1)
    while (lists() < 2) await nextTurn()
    from.known.set(7, webShellIncident({ level: 'critical' }))
    from.known.set(8, webShellIncident({ id: 8, level: 'medium' }))
    from.known.set(9, webShellIncident({ id: 9, level: 'low' }))
    from.tell()
    await until(3)
    await settled()
    from.known.set(7, webShellIncident({ level: 'critical', status: 'closed' }))
    from.known.set(8, webShellIncident({ id: 8, level: 'medium', status: 'merged', into: 7 }))
    from.tell()
    await until(5)
    from.known.set(7, webShellIncident({ level: 'critical' }))
    from.tell()
    await until(6)
    const lines = out.map((line) => incidentLines['incident-head'].schema.parse(JSON.parse(line)))
    assert.deepEqual(
      lines.map(({ id, news }) => [id, news]),
      [
        [7, undefined],
        [7, 'raised'],
        [8, 'new'],
        [7, 'closed'],
        [8, 'merged'],
        [7, 'reopened'],
      ],
    )
  },
)
