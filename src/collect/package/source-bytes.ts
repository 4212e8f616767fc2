// The bytes of a package from where it lies, piece by piece.

import { open } from 'node:fs/promises'

import { AppError, messageOf } from '../../base/app-error.ts'
import { decrypted, isEncrypted } from './age.ts'

/** A path, or a stream such as standard input. */
export type PackageSource = string | AsyncIterable<Uint8Array>

export interface PlainBytes {
  readonly chunks: AsyncIterable<Uint8Array>
  readonly isEncrypted: boolean
}

/** Decrypted where that is needed. Throws AppError. */
export async function plainBytes(source: PackageSource, identities: readonly string[]): Promise<PlainBytes> {
  const chunks = typeof source === 'string' ? await fileChunks(source) : source
  const iterator = chunks[Symbol.asyncIterator]()
  const first = await iterator.next()
  const all = (async function* all(): AsyncGenerator<Uint8Array> {
    if (first.done !== true) yield first.value
    yield* { [Symbol.asyncIterator]: () => iterator }
  })()
  if (first.done === true || !isEncrypted(first.value)) return { chunks: all, isEncrypted: false }
  if (identities.length === 0) {
    await iterator.return?.()
    throw new AppError('usage', 'The package is encrypted', {
      hint: 'Give the file with the secret key of a recipient.',
    })
  }
  return { chunks: decrypted(all, identities), isEncrypted: true }
}

async function fileChunks(path: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    const handle = await open(path, 'r')
    if (!(await handle.stat()).isDirectory()) return handle.createReadStream({ highWaterMark: 1_048_576 })
    await handle.close()
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? 'not-found' : 'permission'
    throw new AppError(code, `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
  throw new AppError('usage', `${path} is a folder`)
}
