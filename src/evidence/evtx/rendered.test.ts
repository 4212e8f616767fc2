import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { windowsEvent } from './events.ts'
import { renderedRecord } from './rendered.ts'

const system =
  `<System><Provider Name='Microsoft-Windows-Security-Auditing' Guid="{5484}"/><EventID Qualifiers='0'>4688</EventID><Level>0</Level>` +
  `<TimeCreated SystemTime='2026-01-02T03:04:05.1234567Z'/><EventRecordID>42</EventRecordID><Channel>Security</Channel><Computer>PC</Computer></System>`
const xml =
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>${system}<EventData>` +
  `<Data Name='NewProcessId'>0x12c</Data><Data Name='NewProcessName'>C:\\a &amp; b.exe</Data>` +
  `<Data Name='CommandLine'>&quot;a&quot; &lt;x&gt; &#xAC00;&#10;</Data><Data Name='TargetUserName'>-</Data><Data Name='Empty'/>` +
  `</EventData></Event>`

test('an event as Windows renders it is the record that a log would give', () => {
  const record = renderedRecord(xml)
  assert.equal(record?.id, 42)
  assert.equal(record?.time, '2026-01-02T03:04:05.1234567Z')
  assert.equal(record?.system('channel'), 'Security')
  assert.equal(record?.system('eventId'), '4688')
  assert.equal(record?.system('provider'), 'Microsoft-Windows-Security-Auditing')
  const document = record?.event() as {
    readonly Event: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }
  assert.deepEqual(document.Event['EventData'], {
    NewProcessId: '0x12c',
    NewProcessName: 'C:\\a & b.exe',
    CommandLine: '"a" <x> 가\n',
    TargetUserName: '-',
    Empty: '',
  })
})

test('it becomes the same event', () => {
  const record = renderedRecord(xml)
  const event = record === undefined ? undefined : windowsEvent(record)
  assert.equal(event?.['@timestamp'], '2026-01-02T03:04:05.123456Z')
  assert.equal(event?.event.action, 'exec')
  assert.equal(event?.process?.pid, 300)
  assert.equal(event?.process?.executable, 'C:\\a & b.exe')
})

test('indentation, comments and CDATA are what XML says they are', () => {
  const record = renderedRecord(
    `<?xml version="1.0"?>\n<!-- x -->\n<Event>\n  ${system}\n  <UserData>\n    <Other xmlns:a='b'>\n      <Text><![CDATA[<raw>]]></Text>\n    </Other>\n  </UserData>\n</Event>`,
  )
  const document = record?.event() as { readonly Event: Readonly<Record<string, unknown>> }
  assert.deepEqual(document.Event['UserData'], {
    Other: { '#attributes': { 'xmlns:a': 'b' }, Text: '<raw>' },
  })
})

test('what is no event is none; what is torn is read as far as it goes', () => {
  assert.equal(renderedRecord(''), undefined)
  assert.equal(renderedRecord('<Bookmark/>'), undefined)
  assert.equal(renderedRecord(xml.slice(0, 460))?.system('eventId'), '4688')
  assert.ok(renderedRecord(`<Event>${'<a>'.repeat(100_000)}`) !== undefined)
})

test('no text makes it throw or run for long', () => {
  const part = fc.constantFrom(
    '<',
    '>',
    '</',
    '<Event>',
    "<a b='",
    '"',
    '&#x41;',
    '&lt;',
    '<![CDATA[',
    ']]>',
    ' ',
    'x',
    '<!--',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
      const record = renderedRecord(`<Event>${parts.join('')}`)
      if (record !== undefined) windowsEvent(record)
    }),
  )
  const started = performance.now()
  renderedRecord(`<Event>${'<a "'.repeat(20_000)}`)
  renderedRecord(`<Event ${"a='".repeat(20_000)}`)
  renderedRecord(`<Event a${' '.repeat(100_000)}`)
  renderedRecord(`<Event ${'x'.repeat(100_000)}>`)
  assert.ok(performance.now() - started < 1000)
})
