import assert from 'node:assert/strict'
import { test } from 'node:test'

import { LogStory } from '../../../test/support/logfile-story.ts'
import { residentData } from '../../../test/support/mft-writer.ts'
import { TemplateLibrary } from '../../evidence/evtx/index.ts'
import { Notes } from '../../evidence/note.ts'
import { memorySource } from '../../evidence/source.ts'
import type { ArtefactRecord } from '../record.ts'
import type { ArtefactFile } from './artefact.ts'
import { artefactKinds } from './index.ts'
import { logFile } from './log-file.ts'

const times = { created: '2026-11-22T10:00:00.1234567Z' }
const old = { created: '2019-03-04T05:06:07Z', changed: '2026-11-22T10:05:00Z' }
const file = { entry: 70, sequence: 3 }
const named = (name: string) => ({ parent: [5, 5] as const, name, times })

type Suspicion = Parameters<ArtefactFile['suspect']>[0]

function read(
  bytes: Uint8Array,
  isFull = false,
): { records: ArtefactRecord[]; found: Suspicion[]; notes: Notes } {
  const notes = new Notes()
  const found: Suspicion[] = []
  const records = logFile.read({
    path: '/$LogFile',
    label: '/$LogFile',
    source: memorySource(bytes),
    notes,
    neighbour: () => undefined,
    suspect: (finding) => found.push(finding),
    templates: new TemplateLibrary(),
    isFull,
  })
  return { records: [...records], found, notes }
}

test('times of a program that were set back are found, with what they were', () => {
  const bytes = new LogStory()
    .begin()
    .create(file, named('svch0st.exe'))
    .setTimes(file, times, old)
    .log.file()
  assert.equal(
    artefactKinds.find((kind) => kind.begins(bytes.subarray(0, 4096), 'x')),
    logFile,
  )
  const { records, found } = read(bytes)
  assert.deepEqual(
    records.map(({ title }) => title),
    ['/svch0st.exe: file-created', '/svch0st.exe: times-set'],
  )
  assert.deepEqual(records[1]?.times, [
    { time: '2026-11-22T10:05:00.0000000Z', is: 'times set' },
    { time: times.created, is: 'created, before it was set' },
    { time: times.created, is: 'modified, before it was set' },
  ])
  assert.deepEqual(
    found.map(({ rule, what, time, techniques }) => [rule, what, time, techniques]),
    [['times-set-back', '/svch0st.exe', times.created, ['T1070.006']]],
  )
  assert.match(found[0]?.why ?? '', /created from 2026-11-22T10:00:00.1234567Z to 2019-03-04T05:06:07/)
})

test('documents, times that went on, and what the system installed are not suspected', () => {
  const later = { created: times.created, changed: '2026-11-23T10:05:00Z' }
  const folder = { entry: 66, sequence: 2 }
  const inside = { parent: [66, 2] as const, name: 'new.dll', times }
  const bytes = new LogStory()
    .begin()
    .create(file, named('letter.txt'))
    .setTimes(file, times, old)
    .create({ entry: 71, sequence: 1 }, named('later.exe'))
    .setTimes({ entry: 71, sequence: 1 }, times, later)
    .create(folder, named('Windows'))
    .create({ entry: 72, sequence: 1 }, inside)
    .setTimes({ entry: 72, sequence: 1 }, times, old)
    .log.file()
  assert.deepEqual(read(bytes).found, [])
})

test('what happens all the time is told only where everything is asked for', () => {
  const stream = residentData('', 'text')
  const bytes = new LogStory().begin().create(file, named('a.txt'), [stream]).log.file()
  assert.deepEqual([read(bytes).records.length, read(bytes, true).records.length], [1, 2])
})

test('after two hundred findings the rest is counted', () => {
  const story = new LogStory({ pages: 512 }).begin()
  for (let entry = 100; entry < 310; entry += 1) {
    story.create({ entry, sequence: 1 }, named(`${entry}.exe`)).setTimes({ entry, sequence: 1 }, times, old)
  }
  const { found, notes } = read(story.log.file())
  assert.equal(found.length, 200)
  assert.deepEqual(
    notes.kept.map(({ text }) => text),
    ['10 more files whose times were set back are not told'],
  )
})
