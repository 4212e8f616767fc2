// Readers of Windows artefacts under mutation: nothing throws, and what they give is data.

import { volumesOf } from '../../src/evidence/disk/index.ts'
import { renderedRecord, windowsEvent } from '../../src/evidence/evtx/index.ts'
import { openExt } from '../../src/evidence/ext/index.ts'
import { readJournal } from '../../src/evidence/journal/index.ts'
import { readJumpList } from '../../src/evidence/jump-lists/index.ts'
import { readLnk } from '../../src/evidence/lnk/index.ts'
import { readLogFile } from '../../src/evidence/log-file/index.ts'
import { readIndexBlocks, readMft } from '../../src/evidence/mft/index.ts'
import { Notes } from '../../src/evidence/note.ts'
import { mftOfVolume, openNtfs } from '../../src/evidence/ntfs/index.ts'
import { readPrefetch } from '../../src/evidence/prefetch/index.ts'
import { readDeletedFile, readInfo2 } from '../../src/evidence/recycle-bin/index.ts'
import { type EvidenceSource, memorySource } from '../../src/evidence/source.ts'
import { codePageOf, indicatorsOf, stringDecoder, StringScanner } from '../../src/evidence/strings/index.ts'
import { readTask } from '../../src/evidence/tasks/index.ts'
import { readUsnJournal } from '../../src/evidence/usn-journal/index.ts'
import { readZoneIdentifier } from '../../src/evidence/zone-identifier/index.ts'
import { guidBytes, u16, u32, u64, wide } from '../support/artefact-fields.ts'
import { lz4Packer, xzPacker, zstdPacker } from '../support/journal-packers.ts'
import { writeJournal } from '../support/journal-writer.ts'
import { LogStory } from '../support/logfile-story.ts'
import { fileName, residentData, standardInformation, writeRecord } from '../support/mft-writer.ts'
import { compressPrefetch, writePrefetch } from '../support/prefetch-writer.ts'
import { fileItem, linkClass, trackerBlock, volumeInfo, writeShortcut } from '../support/shortcut-writer.ts'
import { databaseTargets } from './database.ts'
import { packageTargets } from './package.ts'
import type { Target } from './target.ts'
import { volumes, walked } from './volume-corpus.ts'

const times = { created: '2026-11-22T10:00:00.1234567Z' }

const shortcut = writeShortcut({
  ...times,
  items: [
    fileItem({
      type: 0x32,
      shortName: 'A',
      longName: 'abc.exe',
      modified: '2016-02-29 13:14:58',
      entry: 4,
      sequence: 2,
    }),
  ],
  linkInfo: volumeInfo('C:\\abc.exe', 'disk'),
  texts: ['name', '.\\a', 'C:\\', '-x', 'i.ico'],
  blocks: [
    trackerBlock(
      'pc',
      Array.from({ length: 4 }, () => linkClass),
    ),
  ],
})
const prefetch = writePrefetch({
  version: 30,
  executable: 'A.EXE',
  hash: 1,
  runCount: 2,
  runs: [times.created],
  files: ['\\V\\A.EXE', '\\V\\B.DLL'],
  volume: { path: '\\V', created: times.created, serial: 1, directories: ['\\V\\W'] },
})
const table = Buffer.concat(
  ['.', 'a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name, entry) =>
    writeRecord({
      sequence: 5,
      isDirectory: entry % 2 === 1,
      attributes: [
        standardInformation(times),
        fileName({ parent: [5, 5], name, times }),
        residentData('s', 'x'),
      ],
    }),
  ),
)
const rendered = Buffer.from(
  `<?xml version="1.0"?><Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='P' Guid="{1}"/>` +
    `<EventID Qualifiers='0'>4688</EventID><TimeCreated SystemTime='2026-01-02T03:04:05.1234567Z'/><EventRecordID>42</EventRecordID>` +
    `<Channel>Security</Channel></System><EventData><Data Name='NewProcessId'>0x12c</Data><Data Name='CommandLine'>&quot;a&quot; &#xAC00;` +
    `</Data><Data>x</Data><Binary>00ff</Binary></EventData><UserData><![CDATA[<a>]]><a b="c"/></UserData></Event>`,
)
const usn = Buffer.concat([
  u32(64),
  u16(2, 0),
  u64(1, 5, 0, 0x01dc_0000_0000_0000n),
  u32(0x100, 0, 0, 0x20),
  u16(4, 60),
  wide('ab'),
])

const journals = [zstdPacker, lz4Packer, xzPacker].map((packer, index) => {
  const entries = Array.from({ length: 12 }, (_, count) => ({
    realtimeUs: 1_795_341_980_476_332 + count,
    fields: [
      ['MESSAGE', count % 4 === 0 ? 'text '.repeat(200) : `entry ${count}`],
      ['_PID', '1'],
    ] as const,
  }))
  return writeJournal(entries, { packer, isCompact: index !== 1 }).bytes
})

const logged = { parent: [5, 5] as const, name: 'a.exe', times }
const log = new LogStory({ pages: 6 })
  .begin()
  .create({ entry: 70, sequence: 3 }, logged, [residentData('s', 'x')])
  .setTimes({ entry: 70, sequence: 3 }, times, { created: '2001-01-01T00:00:00Z' })
  .rename({ entry: 70, sequence: 3 }, logged, { ...logged, name: 'b.exe' })
  .journal(usn)
  .log.file()

function target(
  id: string,
  corpus: readonly Uint8Array[],
  read: (source: EvidenceSource, notes: Notes) => unknown,
): Target {
  return {
    id: `evidence ${id}`,
    corpus,
    run(bytes) {
      JSON.stringify(read(memorySource(bytes), new Notes()))
    },
  }
}

const linkOf = (bytes: Uint8Array): { link: unknown; end: number } | undefined => {
  const read = readLnk(bytes, new Notes())
  return read === undefined ? undefined : { link: read.lnk, end: read.end }
}

export function evidenceTargets(): Target[] {
  const custom = Buffer.concat([u32(2, 1, 0, 2, 1), guidBytes(linkClass), shortcut, u32(0xbabffbab)])
  const korean = codePageOf('cp949')
  return [
    ...databaseTargets(),
    ...packageTargets(),
    target('prefetch', [prefetch, compressPrefetch(prefetch)], readPrefetch),
    target('lnk', [shortcut], (source, notes) => readLnk(source.read(0, source.size), notes)),
    target('journal', journals, (source, notes) => [...readJournal(source, notes)]),
    target('jump-lists', [custom], (source, notes) => readJumpList(source, linkOf, notes)),
    target('recycle-bin', [Buffer.concat([u64(2, 1, 1), u32(3), wide('C:\\')])], (source, notes) => [
      readDeletedFile(source, notes),
      ...readInfo2(source, notes),
    ]),
    target(
      'tasks',
      [Buffer.from('<Task><Actions><Exec><Command>a</Command></Exec></Actions></Task>')],
      readTask,
    ),
    target('mft', [table], (source, notes) => [
      [...readMft(source, notes)].length,
      mftOfVolume(source, notes)?.size,
      [...readIndexBlocks(source)].length,
    ]),
    target('ntfs', [volumes.ntfs], (source, notes) =>
      walked(openNtfs({ source, label: '', close: () => undefined }, notes)),
    ),
    target('ext', [volumes.ext], (source, notes) =>
      walked(openExt({ source, label: '', close: () => undefined }, notes)),
    ),
    target('disk', [volumes.disk], (source, notes) => volumesOf(source, notes).map(({ nature }) => nature)),
    target('rendered-event', [rendered, rendered.subarray(0, 300)], (source) => {
      const record = renderedRecord(Buffer.from(source.read(0, source.size)).toString())
      return [record?.system('channel'), record?.event(), record === undefined ? [] : windowsEvent(record)]
    }),
    target('usn-journal', [Buffer.concat([usn, usn])], (source, notes) => [...readUsnJournal(source, notes)]),
    target('log-file', [log], (source, notes) => [...readLogFile(source, notes)]),
    target('zone-identifier', [Buffer.from('[ZoneTransfer]\r\nZoneId=3\r\n')], (source) =>
      readZoneIdentifier(source.read(0, source.size)),
    ),
    target('strings', [Buffer.from('text http://a.example/ \0 QUJDREVGR0hJSktMTU5PUA==')], (source) => {
      const found: unknown[] = []
      for (const codePage of [undefined, korean]) {
        const decode = stringDecoder(codePage)
        const scanner = new StringScanner(
          {
            least: 4,
            encodings: ['ascii', 'utf-16le', 'utf-16be'],
            ...(codePage === undefined ? {} : { codePage }),
          },
          (bytes, { start, end }, encoding) =>
            found.push(indicatorsOf(decode(bytes.subarray(start, end), encoding))),
        )
        scanner.push(source.read(0, source.size))
        scanner.end()
      }
      return found
    }),
  ]
}
