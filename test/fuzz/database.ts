// Databases of Windows under mutation: ESE with right checksums again behind the damage, thumbnails, the WMI repository.

import { openEse } from '../../src/evidence/ese/index.ts'
import { Notes } from '../../src/evidence/note.ts'
import { memorySource } from '../../src/evidence/source.ts'
import { readSrum } from '../../src/evidence/srum/index.ts'
import { readThumbcache, readThumbsDb } from '../../src/evidence/thumbcache/index.ts'
import { readWebCache } from '../../src/evidence/web-cache/index.ts'
import { readWmiRepository } from '../../src/evidence/wmi/index.ts'
import { u32, wide } from '../support/artefact-fields.ts'
import { cfbOf } from '../support/cfb-writer.ts'
import { sealPage } from '../support/ese-pages.ts'
import { hardCells, sampleTable } from '../support/ese-samples.ts'
import { type EseTableSpec, writeEse } from '../support/ese-writer.ts'
import { wmiClass, wmiInstance, wmiMapping, wmiObjects } from '../support/wmi-writer.ts'
import type { Target } from './target.ts'

const pageSizes = [2048, 4096, 8192, 16384, 32768] as const

function named(name: string, column: string): EseTableSpec {
  const cells = { bytes: wide('http://a.example/') }
  return { name, columns: [{ name: column, coltyp: 12, id: 256, codePage: 1200 }], rows: [[cells], [cells]] }
}

const tables: readonly EseTableSpec[] = [
  sampleTable('hard', 12, hardCells),
  named('Containers', 'Name'),
  named('Container_1', 'Url'),
  named('CookieEntryEx_1', 'Name'),
  named('SruDbIdMapTable', 'IdBlob'),
  named('{973F5D5C-1D90-4944-BE8E-24B94231A174}', 'BytesSent'),
]

/** Without right checksums only the header would be looked at. */
function sealed(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes)
  const told = copy.length < 240 ? 0 : copy.readUInt32LE(236)
  const pageBytes = pageSizes.find((size) => size === told) ?? 4096
  for (let number = 1; (number + 2) * pageBytes <= copy.length; number++)
    sealPage(copy.subarray((number + 1) * pageBytes, (number + 2) * pageBytes), number)
  return copy
}

function readAll(bytes: Uint8Array): void {
  const database = openEse(memorySource(bytes), new Notes())
  if (database === undefined) return
  for (const table of database.tables)
    for (const row of database.rows(table)) if (!Array.isArray(row)) throw new TypeError('a row is no list')
  JSON.stringify([...readSrum(database), ...readWebCache(database)])
}

const thumbnail = Buffer.concat([Buffer.from('CMMM'), u32(64, 1, 1, 0, 0, 8, 9, 9, 0, 0, 0, 0, 0, 0, 0)])
const cache = Buffer.concat([Buffer.from('CMMM'), u32(0x20, 4, 0, 28, 0, 2), thumbnail, thumbnail])
const definition = { name: '__EventFilter', properties: [['Name', 8, 0]] as const }
const repository = Buffer.concat([
  wmiObjects(2, [
    { page: 0, id: 1, bytes: wmiClass(definition) },
    { page: 1, id: 1, bytes: wmiInstance('__EventFilter', [8], ['x']) },
    { page: 1, id: 2, bytes: wmiInstance('__FilterToConsumerBinding', [0x66], ['__EventFilter.Name="x"']) },
  ]),
  wmiMapping(1, [0, 1], [0]),
])

export function databaseTargets(): Target[] {
  return [
    {
      id: 'evidence ese',
      corpus: [4096, 32768].map((pageBytes) =>
        writeEse({ pageBytes: pageBytes === 4096 ? 4096 : 32768, tables }),
      ),
      run(bytes) {
        readAll(bytes)
        readAll(sealed(bytes))
      },
    },
    {
      id: 'evidence thumbcache',
      corpus: [
        cache,
        cfbOf([
          { name: 'Catalog', data: Buffer.alloc(40, 1) },
          { name: '1', data: 'x' },
        ]),
      ],
      run(bytes) {
        const notes = new Notes()
        const source = memorySource(bytes)
        JSON.stringify([...readThumbcache(source, notes), ...readThumbsDb(source, notes)])
      },
    },
    {
      id: 'evidence wmi',
      corpus: [repository],
      run(bytes) {
        const objects = memorySource(bytes.subarray(0, 16_384))
        const rest = memorySource(bytes.subarray(16_384))
        JSON.stringify(readWmiRepository({ objects, index: objects, mappings: [rest] }, new Notes()))
        JSON.stringify(readWmiRepository({ objects }, new Notes()))
      },
    },
  ]
}
