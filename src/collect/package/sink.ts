// Where a package goes: a file that gets its name only when it is whole, or a stream. The bytes go out in order, and the next
// ones are made only when these were taken.

import { existsSync } from 'node:fs'
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises'
import type { Writable } from 'node:stream'

import { AppError, messageOf } from '../../base/app-error.ts'

export interface PackageSink {
  /** The bytes are never changed afterwards. */
  write(bytes: Uint8Array): Promise<void>
  /** Nothing more comes; the package is whole. */
  finish(): Promise<void>
  /** Nothing more comes; what was written stays as it is. */
  abandon(): Promise<void>
}

/** The package cannot be written: the collection ends. */
export class PackageFault extends Error {}

/** The same sink; what it throws is told from what the things that are collected throw. */
export function guardedSink(sink: PackageSink): PackageSink {
  return {
    async write(bytes) {
      try {
        await sink.write(bytes)
      } catch (thrown) {
        throw new PackageFault(messageOf(thrown), { cause: thrown })
      }
    },
    finish: () => sink.finish(),
    abandon: () => sink.abandon(),
  }
}

/**
 * A new file for its owner only; `PATH.partial` until it is whole, and so it stays when the collection is ended by force.
 * Throws AppError when either is there already.
 */
export async function fileSink(path: string): Promise<PackageSink> {
  const partial = `${path}.partial`
  const handle = await attempt(path, async () => {
    // Said before the work instead of after it.
    if (existsSync(path)) throw Object.assign(new Error('the file exists'), { code: 'EEXIST' })
    return open(partial, 'wx', 0o600)
  })
  return {
    write: (bytes) => attempt(path, () => writeAll(handle, bytes)),
    async finish() {
      await attempt(path, async () => {
        await handle.sync()
        await handle.close()
        await giveName(partial, path)
      })
    },
    abandon: () => handle.close(),
  }
}

/** Replaces nothing. `makeLink` is link(2) but for tests. Throws EEXIST. */
export async function giveName(partial: string, path: string, makeLink = link): Promise<void> {
  try {
    // Unlike rename(2) this does not replace a file that came in the meantime.
    await makeLink(partial, path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') throw thrown
    // FAT, exFAT and some shares have no hard links, and systems have many words for that.
    if (existsSync(path)) throw Object.assign(new Error('the file exists'), { code: 'EEXIST' })
    await rename(partial, path)
    return
  }
  await unlink(partial)
}

/** E.g. standard output. Its fault is thrown by the next write. */
export function streamSink(stream: Writable): PackageSink {
  let fault: Error | undefined
  stream.on('error', (error: Error) => {
    fault ??= error
  })
  const settle = (start: (done: (error?: Error | null) => void) => void): Promise<void> =>
    attempt('the output', () => {
      if (fault !== undefined) throw fault
      // Such a stream calls nobody back.
      if (stream.destroyed) throw new Error('it was closed')
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const failed = (error: Error): void => reject(error)
      stream.once('error', failed)
      start((error) => {
        stream.off('error', failed)
        if (error === undefined || error === null) resolve()
        else reject(error)
      })
      return promise
    })
  return {
    write: (bytes) => settle((done) => stream.write(bytes, done)),
    finish: () => settle((done) => stream.end(done)),
    abandon: () => settle((done) => stream.end(done)),
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at)
    at += bytesWritten
  }
}

async function attempt<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      const hint = 'Choose another name, or remove what an earlier collection left.'
      throw new AppError('usage', `${path} or ${path}.partial exists already`, { hint, cause: thrown })
    }
    const kind = code === 'EACCES' || code === 'EPERM' ? 'permission' : 'internal'
    throw new AppError(kind, `${path} cannot be written: ${messageOf(thrown)}`, { cause: thrown })
  }
}
