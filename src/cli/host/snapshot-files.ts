// Snapshots on the disk: one compressed JSON file each, named by its time.

import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

import { AppError, messageOf } from '../../base/app-error.ts'
import { parseSnapshot, type Snapshot } from '../../daemon/index.ts'

const suffix = '.json.gz'
/** A snapshot of a large host has some tens of megabytes. */
const maxBytes = 1024 ** 3

/** The path. Throws AppError when it cannot be written. */
export function saveSnapshot(folder: string, snapshot: Snapshot): string {
  const path = join(folder, `${snapshot.taken.replaceAll(':', '-')}${suffix}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(`${path}.new`, gzipSync(JSON.stringify(snapshot)), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  } catch (thrown) {
    throw new AppError('permission', `${path} cannot be written: ${messageOf(thrown)}`, { cause: thrown })
  }
  return path
}

/** Names in the folder, oldest first; none when there is no folder. */
export function snapshotNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(suffix))
      .toSorted()
  } catch {
    return []
  }
}

/** By path, or by the beginning of a name in the folder. Throws AppError. */
export function loadSnapshot(wanted: string, folder: string): Snapshot {
  const fitting = wanted.includes('/') ? [] : snapshotNames(folder).filter((name) => name.startsWith(wanted))
  if (fitting.length > 1) {
    throw new AppError('usage', `${fitting.length} snapshots begin with ${wanted}`, {
      hint: fitting.slice(0, 5).join(', '),
    })
  }
  const path = fitting[0] === undefined ? wanted : join(folder, fitting[0])
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: maxBytes })
  } catch (thrown) {
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, {
      hint: `haechi diff without operands compares the last two of ${folder}`,
      cause: thrown,
    })
  }
  return parseSnapshot(bytes.toString(), path)
}
