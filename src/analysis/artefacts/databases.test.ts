import assert from 'node:assert/strict'
import { test } from 'node:test'

import { writeEse } from '../../../test/support/ese-writer.ts'
import { srum, srumProgram, webCache } from '../../../test/planted/windows-databases.ts'
import { thumbnails as thumbcache } from '../../../test/planted/windows-files.ts'
import { Notes } from '../../evidence/note.ts'
import { type FileSource, memorySource } from '../../evidence/source.ts'
import type { ArtefactRecord } from '../record.ts'
import { kindOfFile, recordsOfFile } from '../single-file.ts'
import type { ArtefactKind } from './artefact.ts'
import { eseDatabase, thumbnails } from './databases.ts'

function recordsOf(kind: ArtefactKind, bytes: Uint8Array): { records: ArtefactRecord[]; notes: string[] } {
  const source: FileSource = { ...memorySource(bytes), path: '/x.bin', [Symbol.dispose]: () => undefined }
  assert.equal(kindOfFile(source), kind)
  const notes = new Notes()
  const records = [...recordsOfFile(source, kind, { notes, told: () => undefined })]
  return { records, notes: notes.kept.map(({ text }) => text) }
}

test('a database says by its tables what it is: what programs sent, what was looked at, or neither', () => {
  const [sent] = recordsOf(eseDatabase, srum()).records
  assert.equal(sent?.kind, 'srum')
  assert.deepEqual(sent?.times, [{ time: '2026-04-11T03:00:00.000Z', is: 'recorded' }])
  assert.equal(
    sent?.title,
    `network-data-usage: ${srumProgram} (S-1-5-21-70-71-72-1003), 987654321 bytes sent, 0 received`,
  )
  const [seen] = recordsOf(eseDatabase, webCache()).records
  assert.equal(seen?.title, 'cache: http://198.51.100.77/stage2.hta')
  assert.deepEqual(seen?.times, [
    { time: '2026-04-11T01:59:00.7654321Z', is: 'accessed' },
    { time: '2026-04-11T01:50:00.0000000Z', is: 'created' },
  ])
  const other = recordsOf(eseDatabase, writeEse({ pageBytes: 4096, tables: [] }))
  assert.deepEqual(other.records, [])
  assert.ok(other.notes.some((note) => note.includes('not known here')))
})

test('a cache of pictures is told by its content, one record for each picture', () => {
  const { records, notes } = recordsOf(thumbnails, thumbcache())
  assert.deepEqual(notes, [])
  assert.deepEqual(
    records.map(({ kind, title }) => [kind, title]),
    [['thumbnail', '3f9a7c5511e0b2d4: jpeg, 74 bytes']],
  )
})
