import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event } from '../../model/index.ts'
import { ChunkWriter, eventRecord, type EventSpec, logFile } from '../../../test/support/evtx-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { readEvtx, windowsEvent } from './index.ts'

function eventOf(spec: EventSpec): Event {
  const log = logFile([new ChunkWriter().add(eventRecord(5, spec)).bytes()])
  const [record] = readEvtx(memorySource(log), { notes: new Notes() })
  assert.ok(record)
  const event = windowsEvent(record)
  assert.ok(event)
  return event
}

test('4688 is a process with its parent, user and command line', () => {
  const data = {
    SubjectUserSid: 'S-1-5-18',
    SubjectUserName: 'WEF$',
    SubjectDomainName: 'DOMAIN',
    NewProcessId: '0x1980',
    NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
    ProcessId: '0x24c',
    CommandLine: 'cmd.exe /k tscon 2',
    TargetUserSid: 'S-1-0-0',
    TargetUserName: '-',
    TargetDomainName: '-',
    ParentProcessName: 'C:\\Windows\\System32\\services.exe',
  }
  const user = { id: 'S-1-5-18', name: 'DOMAIN\\WEF$' }
  assert.deepEqual(eventOf({ channel: 'Security', eventId: 4688, time: 133_444_555_666_777_888n, data }), {
    '@timestamp': '2023-11-14T17:12:46.677788Z',
    event: {
      kind: 'event',
      provider: 'evtx',
      dataset: 'hx.process',
      action: 'exec',
      category: ['process'],
      type: ['start'],
    },
    message: 'cmd.exe /k tscon 2',
    process: {
      pid: 0x1980,
      executable: 'C:\\Windows\\System32\\cmd.exe',
      name: 'cmd.exe',
      command_line: 'cmd.exe /k tscon 2',
      parent: { pid: 0x24c, executable: 'C:\\Windows\\System32\\services.exe', name: 'services.exe' },
      user,
    },
    user,
    hx: {
      winlog: {
        channel: 'Security',
        event_id: 4688,
        provider: 'Provider',
        computer: 'HOST',
        level: 4,
        record_id: 5,
        data: Object.assign(Object.create(null) as object, data),
      },
    },
  })
})

test('a process names the logon that it runs in: the new one, else the one that it comes of, never the system’s', () => {
  const logonOf = (data: Readonly<Record<string, string>>): unknown =>
    eventOf({ channel: 'Security', eventId: 4688, data: { NewProcessId: '0x1', ...data } }).hx?.process
      ?.logon_id
  assert.equal(logonOf({ SubjectLogonId: '0x3e7', TargetLogonId: '0x5F2B' }), '0x5f2b')
  assert.equal(logonOf({ SubjectLogonId: '0x9a1', TargetLogonId: '0x0' }), '0x9a1')
  assert.equal(logonOf({ SubjectLogonId: '0x3e7', TargetLogonId: '0x0' }), undefined)
  const sysmon = {
    channel: 'Microsoft-Windows-Sysmon/Operational',
    eventId: 1,
    data: { ProcessId: '2', LogonId: '0x77' },
  }
  assert.equal(eventOf(sysmon).hx?.process?.logon_id, '0x77')
})

test('Sysmon says more of a process, and of what it did', () => {
  const channel = 'Microsoft-Windows-Sysmon/Operational'
  const own = { ProcessGuid: 'G1', ProcessId: '12', Image: 'C:\\a\\x.exe', User: 'D\\u' }
  const hashes = `SHA1=${'0'.repeat(40)},SHA256=${'AB'.repeat(32)}`
  const created = eventOf({
    channel,
    eventId: 1,
    data: {
      ...own,
      CommandLine: 'x -y',
      Hashes: hashes,
      ParentProcessId: '3',
      ParentImage: 'p.exe',
      ParentCommandLine: 'p',
    },
  })
  assert.deepEqual(created.process, {
    pid: 12,
    executable: 'C:\\a\\x.exe',
    name: 'x.exe',
    entity_id: 'G1',
    command_line: 'x -y',
    user: { name: 'D\\u' },
    hash: { sha256: 'ab'.repeat(32) },
    parent: { pid: 3, executable: 'p.exe', name: 'p.exe', command_line: 'p' },
  })
  const connected = eventOf({
    channel,
    eventId: 3,
    data: {
      ...own,
      Protocol: 'tcp',
      Initiated: 'true',
      SourceIp: '10.0.0.1',
      SourcePort: '5',
      DestinationIp: '192.0.2.1',
      DestinationPort: '443',
      DestinationHostname: '-',
    },
  })
  assert.deepEqual(
    [connected.event.action, connected.destination, connected.network, connected.message],
    [
      'connect',
      { ip: '192.0.2.1', port: 443 },
      { direction: 'egress', transport: 'tcp' },
      'C:\\a\\x.exe → 192.0.2.1:443',
    ],
  )
  const deleted = eventOf({
    channel,
    eventId: 23,
    data: { ...own, TargetFilename: 'C:\\t\\f.txt', Hashes: hashes },
  })
  assert.deepEqual(deleted.file, { path: 'C:\\t\\f.txt', name: 'f.txt', hash: { sha256: 'ab'.repeat(32) } })
  assert.equal(deleted.process?.hash, undefined)
  const thread = eventOf({
    channel,
    eventId: 8,
    data: { SourceProcessId: '1', SourceImage: 'a', TargetProcessId: '2', TargetImage: 'b' },
  })
  assert.deepEqual(thread.hx?.process, { target: { pid: 2, executable: 'b', name: 'b' } })
})

test('logons say who came from where, and how it ended', () => {
  const data = {
    TargetUserSid: 'S-1-0-0',
    TargetUserName: 'admin',
    TargetDomainName: 'D',
    LogonType: '10',
    Status: '0xc000006d',
    SubStatus: '0xc000006a',
    IpAddress: '203.0.113.7',
    IpPort: '60167',
    WorkstationName: '-',
  }
  const failed = eventOf({ channel: 'Security', eventId: 4625, data })
  assert.deepEqual(
    [failed.event.action, failed.event.outcome, failed.event.severity, failed.event.reason, failed.message],
    [
      'logon-failed',
      'failure',
      30,
      '0xc000006a',
      'D\\admin (remote-interactive) from 203.0.113.7: 0xc000006a',
    ],
  )
  assert.deepEqual(failed.source, { ip: '203.0.113.7', port: 60_167 })
  const service = eventOf({ channel: 'Security', eventId: 4624, data: { ...data, LogonType: '5' } })
  assert.deepEqual(
    [service.event.action, service.event.severity, service.hx?.login?.method],
    ['logon', 1, 'service'],
  )
})

test('accounts, groups, services, tasks, logs, scripts and finds have their own actions', () => {
  const security = (eventId: number, data: Record<string, string>): Event =>
    eventOf({ channel: 'Security', eventId, data })
  assert.equal(security(4720, { TargetUserName: 'eve', TargetSid: 'S-9' }).user?.target?.name, 'eve')
  const member = security(4732, {
    MemberSid: 'S-9',
    TargetUserName: 'Administrators',
    TargetDomainName: 'Builtin',
  })
  assert.deepEqual(
    [member.event.action, member.message, member.group?.name, member.user?.target?.id],
    ['group-changed', 'S-9 added to Builtin\\Administrators', 'Builtin\\Administrators', 'S-9'],
  )
  const service = eventOf({
    channel: 'System',
    eventId: 7045,
    data: { ServiceName: 's', ImagePath: 'cmd.exe /c x' },
  })
  assert.deepEqual(
    [service.event.dataset, service.event.action, service.hx?.['service']],
    ['hx.service', 'unit-added', { exec: 'cmd.exe /c x' }],
  )
  const task = security(4698, {
    TaskName: '\\T',
    TaskContent: '<Task><Exec><Command>cmd.exe</Command><Arguments>/c a &gt; b</Arguments></Exec></Task>',
  })
  assert.deepEqual(task.hx?.['schedule'], { kind: 'task', name: '\\T', command: 'cmd.exe /c a > b' })
  const cleared = security(1102, { SubjectUserName: 'eve' })
  assert.deepEqual(
    [cleared.event.kind, cleared.event.action, cleared.threat?.technique?.id],
    ['alert', 'log-cleared', ['T1070.001']],
  )
  const script = eventOf({
    channel: 'Microsoft-Windows-PowerShell/Operational',
    eventId: 4104,
    data: { ScriptBlockText: 'x'.repeat(9000), ScriptBlockId: 'id' },
  })
  assert.deepEqual(script.hx?.['history'], {
    shell: 'powershell',
    command: 'x'.repeat(8192),
    command_truncated: true,
    script_block: 'id',
  })
  const found = eventOf({
    channel: 'Microsoft-Windows-Windows Defender/Operational',
    eventId: 1116,
    data: { 'Threat Name': 'Trojan:X', Path: 'file:_C:\\x.ps1' },
  })
  assert.deepEqual(
    [found.file?.path, found.hx?.verdict],
    ['C:\\x.ps1', { status: 'found', names: ['Trojan:X'] }],
  )
})

test('what has no mapping is a record with all its data', () => {
  const event = eventOf({ channel: 'toString', eventId: 1, data: { a: '1', b: '-', c: 'x'.repeat(300) } })
  assert.deepEqual([event.event.dataset, event.event.action], ['hx.log', 'record'])
  assert.equal(event.message, `a: 1, c: ${'x'.repeat(200)}…`)
})

test('elements that are called as our own members do no harm', () => {
  const chunk = new ChunkWriter()
  const root = {
    name: 'Event',
    content: [
      { name: 'EventData', content: [{ name: 'A', content: [{ name: '#text', content: [{ name: 'B' }] }] }] },
    ],
  }
  chunk.add({ id: 1, body: (at, writer) => writer.fragment(at, root, false) })
  const [record] = readEvtx(memorySource(logFile([chunk.bytes()])), { notes: new Notes() })
  assert.ok(record)
  assert.equal(windowsEvent(record)?.message, '')
})
