// The $LogFile against ntfsrecover (package ntfs-3g): every operation with its sequence number, transaction, names and the record
// that it is on. No log that Windows wrote is at hand: the log is made by test/support/logfile-writer.ts and lies in a volume of
// mkntfs.

import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { operationName, readLogFile, readLogOperations } from '../../../src/evidence/log-file/index.ts'
import { readMft } from '../../../src/evidence/mft/index.ts'
import { Notes } from '../../../src/evidence/note.ts'
import { mftOfVolume } from '../../../src/evidence/ntfs/index.ts'
import { memorySource, openFileSource } from '../../../src/evidence/source.ts'
import { LogStory } from '../../support/logfile-story.ts'
import { residentData } from '../../support/mft-writer.ts'

const clusterBytes = 4096
const times = { created: '2026-11-22T10:00:00.1234567Z' }

function story(pages: number): { bytes: Buffer; files: number } {
  const log = new LogStory({ pages, startPage: pages - 100 }).begin()
  const files = 400
  for (let index = 0; index < files; index += 1) {
    const file = { entry: 64 + index, sequence: 3 }
    const name = { parent: [5, 5] as const, name: `file-${index}.exe`, times }
    const other = { ...name, name: `renamed-${index}.exe` }
    log
      .create(file, name, [residentData('', 'x'.repeat(index % 300))])
      .rename(file, name, other)
      .setTimes(file, times, { created: '2009-07-14T00:00:00Z' })
      .remove(file, other)
  }
  return { bytes: log.log.file(), files }
}

/** Where the log lies in the volume, which mkntfs lays in one piece. */
function place(image: string): { at: number; bytes: number } {
  using source = openFileSource(image)
  const table = mftOfVolume(source, new Notes())
  const entry =
    table === undefined ? undefined : [...readMft(table, new Notes())].find((file) => file.entry === 2)
  const text = execFileSync('ntfsinfo', ['-i', '2', '-v', image], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const lcn = /VCN\s+LCN\s+Length\s+0x0\s+0x([0-9a-f]+)/.exec(text)?.[1] ?? '0'
  return { at: Number.parseInt(lcn, 16) * clusterBytes, bytes: entry?.data?.size ?? 0 }
}

/** It ends with an error where the volume itself does not fit the log, after it has told what is in it. */
function oracleText(image: string): string {
  const { stdout, error } = spawnSync('ntfsrecover', ['-n', '-f', '-v', image], {
    encoding: 'latin1',
    maxBuffer: 2 ** 28,
  })
  if (error !== undefined) throw error
  return stdout
}

/** A line an operation. */
function oracleOperations(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const part of text.split(/\n(?:\* log action|Overlapping record) /).slice(1)) {
    const field = (name: string, pattern = '[0-9a-f]+'): string =>
      new RegExp(`${name} +(${pattern})`).exec(part)?.[1] ?? ''
    if (field('record_type') !== '00000001') continue
    const operation = (name: string): string =>
      (new RegExp(`${name} +[0-9a-f]+ (\\w+)`).exec(part)?.[1] ?? '').toLowerCase()
    found.set(
      String(BigInt(`0x${field('this_lsn')}`)),
      [
        Number.parseInt(field('transaction_id'), 16),
        operation('redo_operation'),
        operation('undo_operation'),
        Number.parseInt(field('redo_length'), 16),
        Number.parseInt(field('undo_length'), 16),
      ].join(' '),
    )
  }
  return found
}

/** Files that the oracle names beside the record they are in. */
function oracleInodes(text: string): Set<string> {
  const made = /new base MFT record[^\n]*\n +inode +(\d+)\n +seq number[^]*?\n +name ([^\n]*)/g
  return new Set([...text.matchAll(made)].map(([, inode, name]) => `${inode} ${name}`))
}

export function agree(): Promise<{ name: string; figures: Record<string, string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-agree-log-'))
  const image = join(folder, 'image')
  try {
    execFileSync('sh', ['-c', 'truncate -s 64M "$1"; mkntfs -F -Q -q "$1" 2>/dev/null', 'sh', image])
    const { at, bytes: size } = place(image)
    const { bytes, files } = story(size / clusterBytes)
    const fd = openSync(image, 'r+')
    writeSync(fd, bytes, 0, bytes.length, at)
    closeSync(fd)
    const dump = oracleText(image)
    const theirs = oracleOperations(dump)
    const ours = new Map(
      [...readLogOperations(memorySource(bytes), new Notes())].map((operation) => {
        const { lsn, transaction, redoCode, undoCode, redo, undo } = operation
        const names = [operationName(redoCode), operationName(undoCode)].map((text) => text.toLowerCase())
        return [String(lsn), [transaction, ...names, redo.length, undo.length].join(' ')]
      }),
    )
    const same = [...theirs].filter(([lsn, text]) => ours.get(lsn) === text).length
    const inodes = oracleInodes(dump)
    const changes = [...readLogFile(memorySource(bytes), new Notes())]
    const created = changes.filter(({ change }) => change === 'file-created')
    const named = created.filter(({ mftEntry, name }) => inodes.has(`${mftEntry} ${name}`)).length
    return Promise.resolve({
      name: 'log-file',
      figures: {
        'operations of ntfsrecover that are ours too': `${same} of ${theirs.size}`,
        'operations that only we have (before its first)': `${[...ours.keys()].filter((lsn) => !theirs.has(lsn)).length}`,
        'files made, with record and name': `${named} of ${inodes.size} (${files} were written)`,
      },
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
