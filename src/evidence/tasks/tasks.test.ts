import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { u16, u32, wide } from '../../../test/support/artefact-fields.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import type { Task } from './task.ts'
import { readTask } from './tasks.ts'

const xml = `<?xml version="1.0" encoding="UTF-16"?>
<!-- a comment with <Task> in it -->
<Task version="1.4" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Date>2026-01-02T03:04:05.678</Date><Author>PC\\철수</Author><URI>\\Updater</URI>
    <Description>A &lt;b&gt; &amp; &#54620;&#xAE00;</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger id="one"><Enabled>false</Enabled><UserId>PC\\철수</UserId><Delay>PT1M</Delay></LogonTrigger>
    <CalendarTrigger>
      <Repetition><Interval>PT5M</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary><EndBoundary>2027-01-01T00:00:00</EndBoundary>
      <ScheduleByWeek><DaysOfWeek><Monday/><Friday /></DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek>
    </CalendarTrigger>
    <EventTrigger><Subscription><![CDATA[<QueryList><Query Id="0"/></QueryList>]]></Subscription></EventTrigger>
  </Triggers>
  <Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings><Hidden>true</Hidden><IdleSettings><StopOnIdleEnd>true</StopOnIdleEnd></IdleSettings></Settings>
  <Actions Context="Author">
    <Exec><Command>powershell.exe</Command><Arguments>-enc "AAAA"</Arguments><WorkingDirectory>C:\\</WorkingDirectory></Exec>
    <ComHandler><ClassId>{0000}</ClassId><Data>x</Data></ComHandler>
    <SendEmail><To>a@b.example</To></SendEmail>
  </Actions>
</Task>`

function read(bytes: Uint8Array): { task: Task | undefined; notes: string[] } {
  const notes = new Notes()
  const task = readTask(memorySource(bytes), notes)
  return { task, notes: notes.kept.map(({ text }) => text) }
}

test('a definition in XML: triggers, principals, actions, settings', () => {
  const expected: Task = {
    format: 'xml',
    uri: '\\Updater',
    author: 'PC\\철수',
    description: 'A <b> & 한글',
    registered: '2026-01-02T03:04:05.678',
    enabled: true,
    hidden: true,
    triggers: [
      { type: 'LogonTrigger', enabled: false, fields: { UserId: 'PC\\철수', Delay: 'PT1M' } },
      {
        type: 'CalendarTrigger',
        enabled: true,
        startBoundary: '2026-01-01T00:00:00',
        endBoundary: '2027-01-01T00:00:00',
        fields: {
          'Repetition/Interval': 'PT5M',
          'Repetition/StopAtDurationEnd': 'false',
          'ScheduleByWeek/DaysOfWeek/Monday': '',
          'ScheduleByWeek/DaysOfWeek/Friday': '',
          'ScheduleByWeek/WeeksInterval': '1',
        },
      },
      {
        type: 'EventTrigger',
        enabled: true,
        fields: { Subscription: '<QueryList><Query Id="0"/></QueryList>' },
      },
    ],
    principals: [{ id: 'Author', userId: 'S-1-5-18', runLevel: 'HighestAvailable' }],
    actions: [
      { type: 'exec', command: 'powershell.exe', arguments: '-enc "AAAA"', workingDirectory: 'C:\\' },
      { type: 'com-handler', classId: '{0000}', data: 'x' },
      { type: 'send-email', fields: { To: 'a@b.example' } },
    ],
    settings: { Hidden: 'true', 'IdleSettings/StopOnIdleEnd': 'true' },
  }
  const bigEndian = Buffer.from(`\ufeff${xml}`, 'utf16le').swap16()
  for (const bytes of [Buffer.from(`\ufeff${xml}`, 'utf16le'), wide(xml), bigEndian, Buffer.from(xml)])
    assert.deepEqual(read(bytes), { task: expected, notes: [] })
})

test('XML that is cut off gives what was there', () => {
  const { task, notes } = read(Buffer.from(xml.slice(0, xml.indexOf('<ComHandler>'))))
  assert.deepEqual(notes, ['the XML is damaged or cut off'])
  assert.deepEqual(
    task?.actions.map(({ type }) => type),
    ['exec'],
  )
})

test('elements without end, in any depth, cost no more than they are long', () => {
  const started = performance.now()
  const { task, notes } = read(Buffer.from(`<Task>${'<a>'.repeat(400_000)}`))
  assert.deepEqual([task?.actions, notes.length], [[], 1])
  read(Buffer.from(`<Task>${'<a/>'.repeat(400_000)}`))
  read(Buffer.from(`<Task ${'a '.repeat(400_000)}`))
  read(Buffer.from(`<Task>${'<!--'.repeat(400_000)}`))
  assert.ok(performance.now() - started < 3000)
})

function job(): Buffer {
  const text = (value: string): Buffer =>
    value === '' ? u16(0) : Buffer.concat([u16(value.length + 1), wide(`${value}\0`)])
  const texts = Buffer.concat(['C:\\evil.exe', '/q', 'C:\\', '철수', '설명'].map(text))
  const tail = Buffer.concat([u16(0), u16(8), Buffer.alloc(8)])
  const triggersAt = 70 + texts.length + tail.length
  const trigger = Buffer.concat([
    u16(48, 0, 2013, 7, 12, 2014, 1, 31, 15, 42),
    u32(1440, 60, 1, 2),
    u16(1, 0x3e, 0, 0, 0, 0),
  ])
  const fixed = Buffer.concat([
    u16(0x601, 1),
    Buffer.alloc(16),
    u16(70, triggersAt, 0, 0, 60, 10),
    u32(32, 0xfffffffe, 1, 0x41300, 0x200),
    u16(2013, 8, 6, 24, 12, 42, 3, 112),
    u16(0),
  ])
  return Buffer.concat([fixed, texts, tail, u16(1), trigger])
}

test('a .job file', () => {
  assert.deepEqual(read(job()), {
    task: {
      format: 'job',
      author: '철수',
      description: '설명',
      enabled: true,
      hidden: true,
      triggers: [
        {
          type: 'weekly',
          enabled: true,
          startBoundary: '2013-07-12T15:42:00',
          endBoundary: '2014-01-31',
          fields: { DurationMinutes: '1440', IntervalMinutes: '60', Specific: '1 62 0' },
        },
      ],
      principals: [{ userId: '철수' }],
      actions: [{ type: 'exec', command: 'C:\\evil.exe', arguments: '/q', workingDirectory: 'C:\\' }],
      settings: {
        Priority: '32',
        MaxRunTimeMs: '4294967294',
        IdleWaitMinutes: '10',
        IdleDeadlineMinutes: '60',
        Flags: '0x200',
      },
      lastRun: '2013-08-24T12:42:03.112',
      exitCode: 1,
      status: 0x41300,
    },
    notes: [],
  })
  assert.deepEqual(read(job().subarray(0, 160)).notes, ['the list of triggers is cut off'])
})

test('what is no task is none', () => {
  for (const text of ['', '<Other/>', 'MZ', '<Task']) assert.equal(read(Buffer.from(text)).task, undefined)
})

test('any change of any byte is survived', () => {
  const changes = fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.constantFrom(job(), Buffer.from(xml)), changes, (sample, list) => {
      const bytes = Buffer.from(sample)
      for (const [at, value] of list) bytes[at % bytes.length] = value
      JSON.stringify(read(bytes))
    }),
    { numRuns: 300 },
  )
})
