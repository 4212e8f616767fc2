// Event logs that are damaged: read, carved, shown in every way.

import { carveEvtx, type EvtxRecord, readEvtx, windowsEvent } from '../../src/evidence/evtx/index.ts'
import { Notes } from '../../src/evidence/note.ts'
import { memorySource } from '../../src/evidence/source.ts'
import { ChunkWriter, eventRecord, logFile, utf16 } from '../support/evtx-writer.ts'
import type { Target } from './target.ts'

/** Records whose text is longer are no accident. */
const maxChars = 32 << 20

export function evtxTargets(): Target[] {
  return [
    {
      id: 'evidence evtx',
      corpus: [sample(), sample().subarray(4096)],
      run(bytes) {
        const source = memorySource(bytes)
        for (const record of readEvtx(source, { notes: new Notes(), withSlack: true })) show(record)
        for (const record of carveEvtx(source, { notes: new Notes() })) show(record)
      },
    },
  ]
}

function show(record: EvtxRecord): void {
  const json = JSON.stringify(record.event() ?? null)
  if (json !== JSON.stringify(record.eventByNodes() ?? null)) throw new Error('the two ways to JSON differ')
  const xml = record.xml() ?? ''
  if (json.length > maxChars || xml.length > maxChars) throw new Error('a record is too long')
  windowsEvent(record)
  if (record.time === '' || Number.isNaN(record.timeMs)) throw new Error('a record has no time')
}

function sample(): Buffer {
  const chunk = new ChunkWriter()
  for (let id = 1; id <= 8; id += 1) {
    chunk.add(
      eventRecord(id, {
        channel: 'Security',
        eventId: 4688,
        data: {
          NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
          NewProcessId: '0x1f4',
          CommandLine: 'cmd /c ver',
        },
      }),
    )
  }
  chunk.add(
    eventRecord(9, { channel: 'Application', eventId: 1000, values: { type: 0x81, bytes: utf16('a\0b\0') } }),
  )
  return logFile([chunk.bytes()])
}
