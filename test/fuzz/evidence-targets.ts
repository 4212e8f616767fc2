// Readers of Windows artefacts under mutation: nothing throws, and what they give is data.

import { volumesOf } from '../../src/evidence/disk/index.ts'
import { openExt } from '../../src/evidence/ext/index.ts'
import { readJumpList } from '../../src/evidence/jump-lists/index.ts'
import { readLnk } from '../../src/evidence/lnk/index.ts'
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
const usn = Buffer.concat([
  u32(64),
  u16(2, 0),
  u64(1, 5, 0, 0x01dc_0000_0000_0000n),
  u32(0x100, 0, 0, 0x20),
  u16(4, 60),
  wide('ab'),
])

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
    target('usn-journal', [Buffer.concat([usn, usn])], (source, notes) => [...readUsnJournal(source, notes)]),
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
