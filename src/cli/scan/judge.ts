// Opens one file safely and has it scanned. Whatever happens to the file meanwhile, the answer is about the descriptor.

import { closeSync, constants, fstatSync, openSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import type { Instance } from '../../engine/index.ts'
import type { Verdict } from '../../model/index.ts'
import { baseName, type FileEntry } from './entry.ts'
import type { Outcome } from './protocol.ts'

// O_NONBLOCK: a pipe put in the file's place must not hang us. O_NOATIME: a scan leaves no trace in access times.
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

export function judge(instance: Instance, entry: FileEntry): Outcome {
  let fd: number
  try {
    fd = open(entry)
  } catch (thrown) {
    return explainOpen(entry, thrown)
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) return { kind: 'skipped', why: 'not a regular file' }
    const verdict = instance.scan(fd, { name: baseName(entry.path), size: stat.size })
    if (verdict.status !== 'found') return { kind: 'verdict', verdict }
    const { dev, ino, size, ctimeNs } = fstatSync(fd, { bigint: true })
    return { kind: 'verdict', verdict, identity: { dev, ino, size, ctimeNs } }
  } catch (thrown) {
    return { kind: 'verdict', verdict: failedVerdict(entry, messageOf(thrown)) }
  } finally {
    closeSync(fd)
  }
}

function open(entry: FileEntry): number {
  const path = typeof entry.path === 'string' ? entry.path : Buffer.from(entry.path)
  const base = entry.follow ? flags : flags | constants.O_NOFOLLOW
  try {
    return openSync(path, base | constants.O_NOATIME)
  } catch (thrown) {
    // Only a file's owner and root may leave the access time alone.
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') throw thrown
    return openSync(path, base)
  }
}

function explainOpen(entry: FileEntry, thrown: unknown): Outcome {
  const { code } = thrown as NodeJS.ErrnoException
  if (!entry.named && code === 'ENOENT') return { kind: 'skipped', why: 'it vanished' }
  if (code === 'ELOOP') return { kind: 'skipped', why: 'a symbolic link' }
  if (code === 'ENXIO') return { kind: 'skipped', why: 'not a regular file' }
  // What a running guard refuses looks like this, also to us.
  const hint = code === 'EPERM' ? ' (a running guard refuses malicious files)' : ''
  return { kind: 'verdict', verdict: failedVerdict(entry, messageOf(thrown) + hint) }
}

/** The verdict on a file that could not be read or scanned. */
export function failedVerdict(
  entry: Pick<FileEntry, 'path'>,
  message: string,
  code: 'unreadable' | 'fault' = 'unreadable',
): Verdict {
  const reason = { code, chain: [baseName(entry.path)], message }
  return { status: 'failed', detections: [], reasons: [reason], size: 0, ms: 0 }
}
