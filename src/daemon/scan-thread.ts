// A scanning thread of the pool: one job after the other, each opened once and scanned through its descriptor. It loads
// nothing of platform/: a thread that is ended while koffi starts takes the whole process with it.

import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'

import type { Judged, ScanTarget } from '../api/clamd/index.ts'
import { pathText } from '../base/text.ts'
import { attachScanner } from '../engine/attach.ts'
import type { Instance, ScanOptions } from '../engine/index.ts'
import type { FromScanThread, ScanJob, ScanThreadStart, ToScanThread } from './scan-messages.ts'

/** Openers that wait for the gate come before clients that wait for an answer. */
const nice = 5

export function run(data: unknown): void {
  let instance = attachScanner((data as ScanThreadStart).shared).instance()
  // On Linux 0 is the calling thread, not the process (setpriority(2), NOTES).
  setPriority(0, nice)
  parentPort?.on('message', (message: ToScanThread) => {
    if (message.kind === 'engine') instance = attachScanner(message.shared).instance()
    else parentPort?.postMessage(judge(instance, message) satisfies FromScanThread)
  })
  parentPort?.postMessage({ kind: 'ready' } satisfies FromScanThread)
}

function judge(instance: Instance, { target, allMatches }: ScanJob): Judged {
  const scan = (source: number | Uint8Array, about: ScanOptions): Judged => ({
    kind: 'verdict',
    verdict: instance.scan(source, { ...about, firstOnly: !allMatches }),
  })
  switch (target.kind) {
    case 'path':
      return judgePath(target, scan)
    case 'descriptor':
      return judgeDescriptor(target.fd, scan)
    case 'bytes':
      return scan(target.bytes, { name: 'stream' })
  }
}

type Scan = (source: number | Uint8Array, about: ScanOptions) => Judged

function judgePath({ path, follow }: ScanTarget & { kind: 'path' }, scan: Scan): Judged {
  // O_NONBLOCK: a pipe that took the file's place must not hang us; it has no meaning on regular files.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
  let fd: number
  try {
    fd = openSync(Buffer.from(path, 'latin1'), follow ? flags : flags | constants.O_NOFOLLOW)
  } catch (thrown) {
    return { kind: 'unopened', code: (thrown as NodeJS.ErrnoException).code ?? 'EIO' }
  }
  try {
    if (!fstatSync(fd).isFile()) return { kind: 'special' }
    const name = pathText(path.slice(path.lastIndexOf('/') + 1))
    return scan(fd, { name, file: { path: pathText(path), owner: '' } })
  } finally {
    closeSync(fd)
  }
}

function judgeDescriptor(fd: number, scan: Scan): Judged {
  try {
    if (!fstatSync(fd).isFile()) return { kind: 'special' }
  } catch (thrown) {
    return { kind: 'unopened', code: (thrown as NodeJS.ErrnoException).code ?? 'EIO' }
  }
  return scan(fd, { name: 'fd' })
}
