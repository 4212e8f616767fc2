// Rules over our own events, over records of Windows and of web servers; what runs, what does not, and why.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event, EventDataset } from '../../model/index.ts'
import { eventOf, sigmaOf } from './rules-under-test.ts'
import type { Sigma } from './sigma.ts'
import { windowsRecord } from './windows-record.ts'

function exec(args: readonly string[], more: Partial<NonNullable<Event['process']>> = {}): Event {
  return eventOf(
    { dataset: 'hx.process', action: 'exec' },
    {
      process: {
        pid: 7,
        executable: `/usr/bin/${args[0] ?? ''}`,
        args,
        name: args[0] ?? '',
        user: { id: '33', name: 'www-data' },
        parent: { pid: 6, executable: '/usr/sbin/apache2', args: ['/usr/sbin/apache2', '-k', 'start'] },
        ...more,
      },
    },
  )
}

function told(sigma: Sigma, event: Event): string[] {
  return sigma.match(event).map(({ title }) => title)
}

const linux = (category: string): string => `logsource: {product: linux, category: ${category}}\n`
const auditd = 'logsource: {product: linux, service: auditd}\n'

test('an exec is a process_creation with its parent and user', () => {
  const sigma = sigmaOf([
    `title: shell of a web server\n${linux('process_creation')}detection: {a: {Image|endswith: /sh, ParentImage|endswith: /apache2, User: www-data, CommandLine|contains|all: [-c, id]}, condition: a}`,
    `title: parent line\n${linux('process_creation')}detection: {a: {ParentCommandLine|contains: ' -k start'}, condition: a}`,
    `title: ecs names\n${linux('process_creation')}detection: {a: {process.parent.executable: /usr/sbin/apache2, process.user.id: 33}, condition: a}`,
    `title: any product\nlogsource: {category: process_creation}\ndetection: {a: {Image: /usr/bin/sh}, condition: a}`,
    `title: not here\nlogsource: {product: windows, category: process_creation}\ndetection: {a: {Image: /usr/bin/sh}, condition: a}`,
  ])
  assert.deepEqual(told(sigma, exec(['sh', '-c', 'id'])), [
    'shell of a web server',
    'parent line',
    'ecs names',
    'any product',
  ])
  assert.deepEqual(told(sigma, exec(['ls'], { parent: { pid: 1 } })), [])
})

test('an exec is also the records that auditd would write', () => {
  const sigma = sigmaOf([
    `title: arguments\n${auditd}detection: {a: {type: EXECVE, a0: chmod, a1: 777}, condition: a}`,
    `title: call\n${auditd}detection: {a: {type: SYSCALL, SYSCALL: [execve, execveat], euid: 33}, condition: a}`,
    `title: not in one record\n${auditd}detection: {a: {type: EXECVE}, b: {comm: chmod}, condition: a and b}`,
    `title: keywords\n${auditd}detection: {a: {type: EXECVE}, b: {'|all': [chmod, /tmp/x]}, condition: a and b}`,
    `title: made\n${auditd}detection: {a: {type: PATH, nametype: CREATE, name|startswith: /etc/systemd/system/}, condition: a}`,
    `title: stopped\n${auditd}detection: {a: {type: SERVICE_STOP, unit: ufw}, condition: a}`,
  ])
  assert.deepEqual(told(sigma, exec(['chmod', '777', '/tmp/x'])), ['arguments', 'keywords', 'call'])
  const file = eventOf(
    { dataset: 'hx.file', action: 'create' },
    { file: { path: '/etc/systemd/system/x.service' } },
  )
  assert.deepEqual(told(sigma, file), ['made'])
  const stop = eventOf({ dataset: 'hx.service', action: 'unit-stopped' }, { service: { name: 'ufw' } })
  assert.deepEqual(told(sigma, stop), ['stopped'])
  assert.match(sigma.support[2]?.reason ?? '', /no event here/)
})

test('connections, names, files, verdicts and history have their log sources', () => {
  const sigma = sigmaOf([
    `title: net\n${linux('network_connection')}detection: {a: {Initiated: 'true', DestinationPort: 4444}, b: {DestinationIp|cidr: 10.0.0.0/8}, condition: a and not b}`,
    `title: dns\nlogsource: {category: dns}\ndetection: {a: {query|endswith: .onion, record_type: A}, condition: a}`,
    `title: file\n${linux('file_event')}detection: {a: {TargetFilename|startswith: /etc/cron.d/}, condition: a}`,
    `title: virus\nlogsource: {category: antivirus}\ndetection: {a: {Signature|contains: Shell}, condition: a}`,
    `title: typed\nlogsource: {product: linux}\ndetection: {a: ['history -c'], condition: a}`,
  ])
  const network = (ip: string): Event =>
    eventOf(
      { dataset: 'hx.network', action: 'connect' },
      { destination: { ip, port: 4444 }, network: { direction: 'egress' } },
    )
  assert.deepEqual(told(sigma, network('203.0.113.5')), ['net'])
  assert.deepEqual(told(sigma, network('10.0.0.5')), [])
  const dns = eventOf(
    { dataset: 'hx.dns', action: 'dns-query' },
    { dns: { question: { name: 'x.ONION', type: 'A' } } },
  )
  assert.deepEqual(told(sigma, dns), ['dns'])
  assert.deepEqual(
    told(sigma, eventOf({ dataset: 'hx.file', action: 'write' }, { file: { path: '/etc/cron.d/x' } })),
    ['file'],
  )
  const verdict = eventOf(
    { dataset: 'hx.verdict', action: 'open' },
    { hx: { verdict: { status: 'found', names: ['Php.Shell.1'] } } },
  )
  assert.deepEqual(told(sigma, verdict), ['virus'])
  const typed = eventOf(
    { dataset: 'hx.history', action: 'command' },
    { hx: { history: { command: 'unset X; history -c' } } },
  )
  assert.deepEqual(told(sigma, typed), ['typed'])
})

test('an event is of the log sources of its action, whatever came before', () => {
  const sigma = sigmaOf([
    `title: start\n${linux('process_creation')}detection: {a: {Image|endswith: /sh}, condition: a}`,
    `title: end\n${linux('process_termination')}detection: {a: {Image|endswith: /sh}, condition: a}`,
    `title: create\n${linux('file_event')}detection: {a: {TargetFilename|endswith: /sh}, condition: a}`,
    `title: delete\n${linux('file_delete')}detection: {a: {TargetFilename|endswith: /sh}, condition: a}`,
  ])
  const titlesOf = (dataset: EventDataset, action: string): string[] =>
    sigma
      .match(
        eventOf({ dataset, action }, { process: { pid: 1, executable: '/bin/sh' }, file: { path: '/x/sh' } }),
      )
      .map(({ title }) => title)
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(titlesOf('hx.process', 'exit'), ['end'])
    assert.deepEqual(titlesOf('hx.process', 'exec'), ['start'])
    assert.deepEqual(titlesOf('hx.process', 'other'), [])
    assert.deepEqual(titlesOf('hx.file', 'delete'), ['delete'])
    assert.deepEqual(titlesOf('hx.file', 'create'), ['create'])
  }
  for (let i = 0; i < 600; i++) titlesOf('hx.process', `action ${i}`)
  assert.deepEqual(titlesOf('hx.process', 'exec'), ['start'])
})

test('lines of logs belong to services', () => {
  const sigma = sigmaOf([
    `title: sshd\nlogsource: {product: linux, service: sshd}\ndetection: {a: [bad thing], condition: a}`,
    `title: auth\nlogsource: {product: linux, service: auth}\ndetection: {a: [bad thing], condition: a}`,
    `title: cron\nlogsource: {product: linux, service: cron}\ndetection: {a: [bad thing], condition: a}`,
    `title: any\nlogsource: {product: linux}\ndetection: {a: [bad thing], condition: a}`,
    `title: apache\nlogsource: {service: apache}\ndetection: {a: [bad thing], condition: a}`,
    `title: as root\nlogsource: {product: linux, service: sudo}\ndetection: {a: {USER: root}, condition: a}`,
  ])
  const line = (appname: string, kind: string): Event =>
    eventOf(
      { dataset: 'hx.log', action: 'line' },
      { message: 'a Bad Thing', log: { syslog: { appname } }, hx: { log: { kind } } },
    )
  assert.deepEqual(told(sigma, line('sshd', 'syslog')), ['any', 'sshd', 'auth'])
  assert.deepEqual(told(sigma, line('CRON', 'syslog')), ['any', 'cron'])
  assert.deepEqual(told(sigma, line('', 'apache-error')), ['any', 'apache'])
  const sudo = eventOf({ dataset: 'hx.login', action: 'sudo' }, { user: { effective: { name: 'root' } } })
  assert.deepEqual(told(sigma, sudo), ['as root'])
  const command = eventOf(
    { dataset: 'hx.login', action: 'sudo' },
    { hx: { login: { command: 'bad thing' } } },
  )
  assert.deepEqual(told(sigma, command), ['auth'], 'for the rules that name the service')
})

test('a rule that cannot run says why', () => {
  const sigma = sigmaOf([
    `title: runs\n${linux('process_creation')}detection: {a: {Image: x}, b: {IntegrityLevel: high}, condition: a or b}`,
    `title: needs a field\n${linux('process_creation')}detection: {a: {Image: x, IntegrityLevel: high}, condition: a}`,
    `title: filters with a field\n${linux('process_creation')}detection: {a: {Image: x}, f: {IntegrityLevel: high}, condition: a and not f}`,
    `title: cloud\nlogsource: {product: aws, service: cloudtrail}\ndetection: {a: {x: y}, condition: a}`,
    `title: windows\nlogsource: {product: windows, service: security}\ndetection: {a: {EventID: 4625}, condition: a}`,
  ])
  assert.deepEqual(
    sigma.support.map(({ on, missing }) => [on, missing]),
    [
      ['events', ['IntegrityLevel']],
      ['nothing', ['IntegrityLevel']],
      ['events', ['IntegrityLevel']],
      ['nothing', []],
      ['records', []],
    ],
  )
  assert.match(sigma.support[1]?.reason ?? '', /IntegrityLevel/)
  assert.match(sigma.support[3]?.reason ?? '', /no sensor here has product aws, service cloudtrail/)
  assert.match(sigma.support[4]?.reason ?? '', /Windows event logs/)
})

function windowsEvent(channel: string, id: number, data: Readonly<Record<string, unknown>>): unknown {
  return {
    Event: {
      System: {
        Provider: { '#attributes': { Name: 'P' } },
        EventID: { '#attributes': { Qualifiers: 0 }, '#text': id },
        Channel: channel,
        Computer: 'host',
        TimeCreated: { '#attributes': { SystemTime: '2026-05-01T10:00:00Z' } },
      },
      EventData: data,
    },
  }
}

test('a Windows event finds its rules by channel and number', () => {
  const windows = (rest: string): string => `logsource: {product: windows, ${rest}}\n`
  const sigma = sigmaOf([
    `title: sysmon\n${windows('category: process_creation')}detection: {a: {Image|endswith: \\cmd.exe, Provider_Name: P}, condition: a}`,
    `title: by number\n${windows('service: security')}detection: {a: {EventID: 4688, NewProcessName|endswith: \\cmd.exe}, condition: a}`,
    `title: set\n${windows('category: registry_set')}detection: {a: {TargetObject|contains: \\Run}, condition: a}`,
    `title: any registry\n${windows('category: registry_event')}detection: {a: {EventType: SetValue}, condition: a}`,
    `title: virus\n${windows('service: windefend')}detection: {a: {ThreatName|contains: EICAR}, condition: a}`,
  ])
  const titles = (event: unknown): string[] =>
    sigma.matchRecord({ product: 'windows' }, windowsRecord(event)).map(({ title }) => title)
  assert.deepEqual(
    titles(windowsEvent('Microsoft-Windows-Sysmon/Operational', 1, { Image: 'C:\\CMD.EXE' })),
    ['sysmon'],
  )
  assert.deepEqual(
    titles(windowsEvent('Microsoft-Windows-Sysmon/Operational', 3, { Image: 'C:\\cmd.exe' })),
    [],
  )
  assert.deepEqual(titles(windowsEvent('Security', 4688, { NewProcessName: 'C:\\cmd.exe' })), [
    'sysmon',
    'by number',
  ])
  const registry = windowsEvent('Microsoft-Windows-Sysmon/Operational', 13, {
    TargetObject: 'HKLM\\Run',
    EventType: 'SetValue',
  })
  assert.deepEqual(titles(registry), ['set', 'any registry'])
  const defender = windowsEvent('Microsoft-Windows-Windows Defender/Operational', 1116, {
    'Threat Name': 'X/EICAR',
  })
  assert.deepEqual(titles(defender), ['virus'])
  for (const odd of [null, 5, [], { Event: 5 }, { Event: { System: 1 } }, {}])
    assert.deepEqual(titles(odd), [])
})

const request = {
  timeMs: undefined,
  client: '203.0.113.5',
  method: 'GET',
  target: '/',
  status: 200,
  bytes: 1,
  referer: '-',
  userAgent: 'x',
  host: '',
  user: '-',
  durationMs: -1,
}
const webserver = 'logsource: {category: webserver}\n'

test('a request is seen encoded and decoded', () => {
  const sigma = sigmaOf([
    `title: path\n${webserver}detection: {a: {cs-method: GET, cs-uri-query|contains: /etc/passwd, sc-status: 200}, condition: a}`,
    `title: query\n${webserver}detection: {a: {cs-uri-query|startswith: id=}, condition: a}`,
    `title: keyword\n${webserver}detection: {a: [union select], condition: a}`,
    `title: stem\n${webserver}detection: {a: {cs-uri-stem|endswith: .php}, f: {cs-referer: null}, condition: a and f}`,
  ])
  const titles = (target: string): string[] =>
    sigma.matchRequest({ ...request, target }).map(({ title }) => title)
  assert.deepEqual(titles('/a.php?f=..%2f..%2Fetc%2fpasswd'), ['path', 'stem'])
  assert.deepEqual(titles('/a?f=%252fetc%252fpasswd'), ['path'])
  assert.deepEqual(titles('/a?f=%25252fetc%25252fpasswd'), [], 'three times is not what a server undoes')
  assert.deepEqual(titles('/x?id=1+UNION%20SELECT'), ['query', 'keyword'])
  assert.deepEqual(titles('/x?%ff%zz%'), [])
  assert.deepEqual(titles('/a.php'), ['stem'], 'nothing is left of the request before')
  assert.deepEqual(titles(''), [])
})

test('what a request does not say is not there, and its rules say whether they run', () => {
  const sigma = sigmaOf([
    `title: agent\n${webserver}detection: {a: {c-useragent: null, cs-host: null, sc-status: null, sc-bytes: null}, condition: a}`,
    `title: cookie\n${webserver}detection: {a: {cs-cookie|contains: x}, condition: a}`,
    `title: bytes\n${webserver}detection: {a: {sc-bytes|gte: 10, cs-username: anna, c-uri-extension: php}, condition: a}`,
  ])
  const none = { ...request, userAgent: '-', status: 0, bytes: -1 }
  assert.deepEqual(
    sigma.matchRequest(none, 7).map(({ title, view }) => [title, view]),
    [['agent', 'webserver']],
  )
  const known = { ...request, bytes: 10, user: 'anna', target: '/A.PHP?x=.html' }
  assert.deepEqual(
    sigma.matchRequest(known).map(({ title }) => title),
    ['bytes'],
  )
  assert.deepEqual(
    sigma.support.map(({ on, reason }) => [on, reason]),
    [
      ['events', undefined],
      ['nothing', 'no event here has cs-cookie (category webserver)'],
      ['events', undefined],
    ],
  )
  const explained = sigma.explainRequest(known, 'agent')
  assert.equal(explained?.holds, false)
  assert.deepEqual(explained?.views[0]?.selections[0]?.test.of?.[0]?.seen, ['x'])
})

test('a burst of requests is a correlation by their own times', () => {
  const sigma = sigmaOf([
    `name: miss\ntitle: miss\n${webserver}detection: {a: {sc-status: 404}, condition: a}`,
    'title: many\ncorrelation: {type: event_count, rules: [miss], group-by: [c-ip], timespan: 10s, condition: {gte: 3}}',
  ])
  const at = (second: number): string[] =>
    sigma
      .matchRequest({ ...request, status: 404, timeMs: 1_000_000 + second * 1000 }, second)
      .map(({ title }) => title)
  assert.deepEqual([0, 20, 25, 29].map(at), [[], [], [], ['many']])
})

test('an explanation shows each line with what it saw', () => {
  const sigma = sigmaOf([
    `id: one\ntitle: shell\n${linux('process_creation')}detection: {a: {Image|endswith: /sh, ParentImage|endswith: [/nginx, /apache2]}, f: {CommandLine|contains: ok}, condition: a and not f}`,
  ])
  const explained = sigma.explain(exec(['sh', '-c', 'ok']), 'one')
  assert.equal(explained?.holds, false)
  const [view] = explained.views
  assert.equal(view?.view, 'process_creation')
  assert.deepEqual(
    view.selections.map(({ name, holds }) => [name, holds]),
    [
      ['a', true],
      ['f', true],
    ],
  )
  assert.deepEqual(view.selections[0]?.test.of?.[1], {
    key: 'ParentImage|endswith',
    holds: true,
    seen: ['/usr/sbin/apache2'],
    wanted: ['/nginx', '/apache2'],
  })
  assert.equal(sigma.explain(exec(['sh']), 'shell')?.holds, true)
  assert.match(
    sigma.explain(eventOf({ dataset: 'hx.file', action: 'write' }), 'one')?.reason ?? '',
    /not of linux/,
  )
  assert.equal(sigma.explain(exec(['sh']), 'nobody'), undefined)
})

test('a detection names level, severity, techniques and the author', () => {
  const sigma = sigmaOf([
    `title: t\nauthor: A. Author\nlevel: critical\ntags: [attack.execution, attack.t1059.004]\n${linux('process_creation')}detection: {a: {Image|endswith: /sh}, condition: a}`,
  ])
  const [found] = sigma.match(exec(['sh']))
  assert.equal(found?.severity, 95)
  assert.deepEqual(found.techniques, ['T1059.004'])
  assert.equal(found.author, 'A. Author')
})
