// Registry hives: what one hive tells alone. What several of a machine tell together is in machine/.

import { activitiesIn } from '../../evidence/run-history/index.ts'
import { deletedIn, isPrimaryHead, openHive, type RegistryHive } from '../../evidence/registry/index.ts'
import { userOf } from '../machine/hive-owner.ts'
import type { ArtefactRecord } from '../record.ts'
import { timesOf } from '../record.ts'
import type { ArtefactFile, ArtefactKind } from './artefact.ts'

const hiveNames = new Set([
  'system',
  'software',
  'sam',
  'security',
  'default',
  'ntuser.dat',
  'usrclass.dat',
  'amcache.hve',
  'syscache.hve',
  'components',
  'drivers',
  'bcd',
])
const minHiveBytes = 4096
const maxDeleted = 2000
/** Deleted keys elsewhere are the daily work of Windows. */
const autostart =
  /\\(?:run|runonce|runonceex|services|image file execution options|winlogon|taskcache|appinit_dlls|silentprocessexit)(?:\\|$)/i

export const registryHive: ArtefactKind = {
  id: 'registry',
  title: 'registry hives',
  lies: (_path, name) => hiveNames.has(name) || name.endsWith('.hve') || name.endsWith('.hiv'),
  begins: (head) => isPrimaryHead(head),
  *read(file) {
    const hive = hiveOf(file)
    if (hive === undefined) return
    yield* hiveRecords(hive, file)
  },
}

/** With its transaction logs. Undefined: no hive, which a note says. */
export function hiveOf(
  file: Pick<ArtefactFile, 'path' | 'source' | 'notes' | 'neighbour'>,
): RegistryHive | undefined {
  const { source, notes, path } = file
  if (source.size < minHiveBytes || !isPrimaryHead(source.read(0, 512))) {
    if (source.size > 0 && Buffer.from(source.read(0, 4)).toString('latin1') === 'regf')
      notes.add('this is a transaction log, or a hive whose head is damaged')
    return undefined
  }
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  const logs = ['.log', '.log1', '.log2'].flatMap((ending) => {
    const log = file.neighbour(name + ending)
    return log === undefined ? [] : [{ name: name + ending, source: log }]
  })
  try {
    const hive = openHive(source, logs)
    for (const { text, offset } of hive.notes.kept) notes.add(text, offset)
    return hive
  } finally {
    for (const log of logs) log.source[Symbol.dispose]()
  }
}

function* hiveRecords(hive: RegistryHive, file: ArtefactFile): Generator<ArtefactRecord> {
  const user = userOf(hive, file.path)
  for (const data of activitiesIn(hive, user)) {
    yield {
      kind: 'run-history',
      source: file.label,
      times: timesOf([data.timeIs ?? 'noted', data.time]),
      title: `${data.source}: ${data.what}${user === '' ? '' : ` (${user})`}`,
      data,
    }
  }
  yield* deletedRecords(hive, file)
}

function* deletedRecords(hive: RegistryHive, file: ArtefactFile): Generator<ArtefactRecord> {
  let count = 0
  for (const found of deletedIn(hive.image, hive.root)) {
    if (found.kind !== 'key' || !autostart.test(`\\${found.path}`)) continue
    if ((count += 1) > maxDeleted) {
      file.notes.add(`only the first ${maxDeleted} deleted keys of autostart places are told`)
      return
    }
    const values = found.values.flatMap(({ value, isOverwritten }) =>
      isOverwritten ? [] : [{ name: value.name, type: value.typeName, text: value.text().slice(0, 2000) }],
    )
    yield {
      kind: 'registry-deleted',
      source: file.label,
      times: [{ time: found.key.time, is: 'key written' }],
      title: `deleted: ${found.path}${values.map(({ name, text }) => ` ${name}=${text}`).join('')}`.slice(
        0,
        500,
      ),
      data: { hive: hive.kind, path: found.path, values },
    }
  }
}
