// The logs that the host has now, with their rotated files, for `haechi snapshot`: enough to see in a comparison that
// one has changed where it should only have grown.

import { createHash } from 'node:crypto'
import { closeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'

import { messageOf } from '../../base/app-error.ts'
import { pathText } from '../../base/text.ts'
import type { SnapshotTable } from '../sensor.ts'
import { databaseCommandLines, Discovery } from './discover.ts'
import { type FileLook, lookAt, openLog } from './log-file.ts'
import { siblingsOf } from './siblings.ts'
import { binaryLogs } from '../../evidence/log-lines/index.ts'

const headBytes = 4096
/** A file is hashed to this length. */
const hashedBytes = 64 << 20
const chunkBytes = 1 << 20
const maxRows = 5000

type Row = SnapshotTable['rows'][number]

interface Listed {
  readonly path: string
  readonly source: string
  readonly kind: string
  readonly rotatedOf: string | null
}

/** One table, `logs`: a row for each log and each of its rotated files. */
export async function snapshotLogs(root: string): Promise<readonly SnapshotTable[]> {
  const problems: string[] = []
  const rows: Row[] = []
  for (const listed of list(root)) {
    const look = lookAt(listed.path)
    if (look?.type !== 'file') continue
    if (rows.length >= maxRows) {
      problems.push(`more than ${maxRows} logs: the others are left out`)
      break
    }
    rows.push(await rowOf(root, listed, look, problems))
  }
  return [{ name: 'logs', key: ['path'], rows, problems }]
}

function list(root: string): Listed[] {
  const { logs } = new Discovery(root, []).find(root === '' ? databaseCommandLines() : [])
  const listed = new Map<string, Listed>()
  const named = [
    ...logs.map(({ path, source, kind }) => ({ path, source, kind: kind as string })),
    ...binaryLogs.map((path) => ({ path: `${root}${path}`, source: basename(path), kind: 'records' })),
  ]
  for (const one of named) {
    listed.set(one.path, { ...one, rotatedOf: null })
    for (const { path } of siblingsOf(one.path, 'below')) {
      if (!listed.has(path))
        listed.set(path, { ...one, path, rotatedOf: pathText(one.path.slice(root.length)) })
    }
  }
  return [...listed.values()]
}

async function rowOf(root: string, listed: Listed, look: FileLook, problems: string[]): Promise<Row> {
  const path = pathText(listed.path.slice(root.length))
  let hashes: { head: string; whole: string } | undefined
  try {
    hashes = await hashesOf(listed.path)
  } catch (thrown) {
    problems.push(`${path} cannot be read: ${messageOf(thrown)}`)
  }
  return {
    path,
    source: listed.source,
    kind: listed.kind,
    rotated_of: listed.rotatedOf,
    size: look.size,
    mtime: new Date(look.mtimeMs).toISOString(),
    device: look.key.device,
    inode: look.key.inode,
    head_bytes: Math.min(look.size, headBytes),
    head_sha256: hashes?.head ?? null,
    sha256: hashes?.whole ?? null,
    hashed_bytes: Math.min(look.size, hashedBytes),
  }
}

async function hashesOf(path: string): Promise<{ head: string; whole: string }> {
  // Checked without waiting that it is a file; opened again by its descriptor.
  const fd = openLog(path)
  try {
    const file = await open(`/proc/self/fd/${fd}`)
    try {
      return await hashOpen(file)
    } finally {
      await file.close()
    }
  } finally {
    closeSync(fd)
  }
}

async function hashOpen(file: Awaited<ReturnType<typeof open>>): Promise<{ head: string; whole: string }> {
  const whole = createHash('sha256')
  const chunk = Buffer.alloc(chunkBytes)
  let head = createHash('sha256').digest('hex')
  for (let at = 0; at < hashedBytes;) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, at)
    if (bytesRead === 0) break
    const part = chunk.subarray(0, bytesRead)
    if (at === 0) head = createHash('sha256').update(part.subarray(0, headBytes)).digest('hex')
    whole.update(part)
    at += bytesRead
  }
  return { head, whole: whole.digest('hex') }
}
