import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import type { Event } from '../../model/index.ts'
import { enrichedEvent } from './event.ts'
import { type FlatRecord, type ImageFacts, ProcessCreations } from './process-creations.ts'

const facts: ImageFacts = {
  fileVersion: '10.0',
  description: 'Windows Command Processor',
  product: 'Windows',
  company: 'Microsoft Corporation',
  originalFileName: 'Cmd.Exe',
  importHash: 'ab'.repeat(16),
  hashes: { md5: '1a'.repeat(16), sha1: '2b'.repeat(20), sha256: '3c'.repeat(32) },
}

function created(pid: number, image: string, rest: FlatRecord = {}): FlatRecord {
  return {
    Channel: 'Security',
    EventID: '4688',
    Computer: 'PC',
    NewProcessId: `0x${pid.toString(16)}`,
    NewProcessName: image,
    ProcessId: '0x64',
    SubjectUserSid: 'S-1-5-21-1-2-3-1001',
    SubjectUserName: 'kim',
    SubjectDomainName: 'PC',
    SubjectLogonId: '0x1234',
    MandatoryLabel: 'S-1-16-8192',
    ...rest,
  }
}

function creations(): ProcessCreations {
  return new ProcessCreations({ image: (path) => (path.endsWith('cmd.exe') ? facts : undefined) })
}

test('a 4688 gets Sysmon’s names: whose process it is, not who created it', () => {
  const record = creations().enrich(
    created(300, 'C:\\Windows\\System32\\cmd.exe', { CommandLine: 'cmd /c dir' }),
  )
  assert.equal(record['Image'], 'C:\\Windows\\System32\\cmd.exe')
  assert.equal(record['ProcessId'], '300')
  assert.equal(record['ParentProcessId'], '100')
  assert.equal(record['CommandLine'], 'cmd /c dir')
  assert.equal(record['User'], 'PC\\kim')
  assert.equal(record['LogonId'], '0x1234')
  assert.equal(record['IntegrityLevel'], 'Medium')
  assert.equal(record['OriginalFileName'], 'Cmd.Exe')
  assert.equal(record['Company'], 'Microsoft Corporation')
  assert.equal(
    record['Hashes'],
    `MD5=${'1A'.repeat(16)},SHA1=${'2B'.repeat(20)},SHA256=${'3C'.repeat(32)},IMPHASH=${'AB'.repeat(16)}`,
  )
})

test('the parent’s command line, user and own parent come from the events before', () => {
  const own = creations()
  own.enrich(
    created(200, 'C:\\Windows\\explorer.exe', {
      ProcessId: '0x10',
      ParentProcessName: 'C:\\Windows\\userinit.exe',
      CommandLine: 'explorer /x',
    }),
  )
  const record = own.enrich(
    created(300, 'C:\\a.exe', { ProcessId: '0xc8', ParentProcessName: 'C:\\Windows\\explorer.exe' }),
  )
  assert.equal(record['ParentImage'], 'C:\\Windows\\explorer.exe')
  assert.equal(record['ParentCommandLine'], 'explorer /x')
  assert.equal(record['ParentUser'], 'PC\\kim')
  assert.equal(record['GrandParentImage'], 'C:\\Windows\\userinit.exe')
})

test('a parent’s number that another program has by now tells nothing', () => {
  const own = creations()
  own.enrich(created(200, 'C:\\Windows\\explorer.exe', { CommandLine: 'explorer' }))
  const record = own.enrich(
    created(300, 'C:\\a.exe', { ProcessId: '0xc8', ParentProcessName: 'C:\\Windows\\svchost.exe' }),
  )
  assert.equal(record['ParentImage'], 'C:\\Windows\\svchost.exe')
  assert.equal(record['ParentCommandLine'], undefined)
  const elsewhere = own.enrich(created(301, 'C:\\a.exe', { ProcessId: '0xc8', Computer: 'OTHER' }))
  assert.equal(elsewhere['ParentImage'], undefined)
})

test('without ParentProcessName (Windows 8 and older) the parent is who had the number last', () => {
  const own = creations()
  own.enrich(created(200, 'C:\\old.exe', { CommandLine: 'old' }))
  own.enrich(created(200, 'C:\\new.exe', { CommandLine: 'new' }))
  const record = own.enrich(created(300, 'C:\\a.exe', { ProcessId: '0xc8' }))
  assert.deepEqual([record['ParentImage'], record['ParentCommandLine']], ['C:\\new.exe', 'new'])
})

test('a process that runs as somebody else is that one’s; the computer’s account is SYSTEM', () => {
  const target = {
    TargetUserSid: 'S-1-5-21-9',
    TargetUserName: 'lee',
    TargetDomainName: 'CORP',
    TargetLogonId: '0x99',
  }
  const own = creations()
  assert.equal(own.enrich(created(1, 'C:\\a.exe', target))['User'], 'CORP\\lee')
  assert.equal(own.enrich(created(1, 'C:\\a.exe', target))['LogonId'], '0x99')
  const system = { SubjectUserSid: 'S-1-5-18', SubjectUserName: 'PC$', SubjectDomainName: 'WORKGROUP' }
  assert.equal(own.enrich(created(2, 'C:\\a.exe', system))['User'], 'NT AUTHORITY\\SYSTEM')
})

test('what the running process tells fills what the policy leaves out', () => {
  const own = new ProcessCreations({
    image: () => undefined,
    commandLine: (pid, image) => (pid === 300 && image === 'C:\\a.exe' ? 'a -live' : undefined),
    workingDirectory: () => 'C:\\work\\',
  })
  const record = own.enrich(created(300, 'C:\\a.exe'))
  assert.deepEqual([record['CommandLine'], record['CurrentDirectory']], ['a -live', 'C:\\work\\'])
  assert.equal(own.enrich(created(300, 'C:\\a.exe', { CommandLine: 'told' }))['CommandLine'], 'told')
})

test('other events, and a 4688 of another log, stay as they are', () => {
  const own = creations()
  const logon = { Channel: 'Security', EventID: '4624', NewProcessId: '0x1', NewProcessName: 'x' }
  assert.equal(own.enrich(logon), logon)
  const other = created(1, 'x', { Channel: 'Application' })
  assert.equal(own.enrich(other), other)
  const empty = { Channel: 'Security', EventID: '4688' }
  assert.equal(own.enrich(empty), empty)
})

test('processes that are remembered are bounded', () => {
  const own = creations()
  for (let pid = 1; pid <= 66_000; pid += 1) own.tree.add('PC', { pid, image: 'C:\\a.exe' })
  assert.equal(own.tree.size, 65_536)
  assert.equal(own.tree.find('PC', 1), undefined)
  assert.equal(own.tree.find('pc', 66_000)?.image, 'C:\\a.exe')
})

test('our own event has the digest, the folder and the parent’s command line', () => {
  const own = creations()
  own.enrich(created(200, 'C:\\p.exe', { CommandLine: 'p -x' }))
  const record = own.enrich(created(300, 'C:\\cmd.exe', { ProcessId: '0xc8' }))
  const event: Event = {
    '@timestamp': '2026-01-01T00:00:00.000000Z',
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: 'exec',
      dataset: 'hx.process',
      provider: 'evtx',
    },
    process: { pid: 300, executable: 'C:\\cmd.exe', parent: { pid: 200, executable: 'C:\\p.exe' } },
  }
  const made = enrichedEvent(event, record)
  assert.equal(made.process?.hash?.sha256, '3c'.repeat(32))
  assert.equal(made.process?.parent?.command_line, 'p -x')
  assert.partialDeepStrictEqual(made.hx, { image: { original_file_name: 'Cmd.Exe' } })
  assert.equal(enrichedEvent(event, { EventID: '4624' }), event)
})

test('whatever the fields are, nothing is thrown', () => {
  const own = creations()
  const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant('0x4'), fc.object())
  const names = [
    'NewProcessId',
    'NewProcessName',
    'ProcessId',
    'ParentProcessName',
    'TargetUserName',
    'MandatoryLabel',
  ]
  fc.assert(
    fc.property(fc.array(value, { minLength: 6, maxLength: 6 }), (values) => {
      const fields = Object.fromEntries(names.map((name, index) => [name, values[index]]))
      own.enrich({ Channel: 'Security', EventID: 4688, ...fields })
    }),
  )
})
