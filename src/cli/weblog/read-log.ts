// The bytes of a log, compressed or not, as a stream; what it is, its first bytes say, not its name.

import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

import { AppError } from '../../base/app-error.ts'
import type { Codec } from '../../engine/codecs/codec.ts'
import { maxRead } from '../../engine/source/byte-source.ts'
import { fdSource } from '../../engine/source/fd-source.ts'

type Compression = 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'none'

const blockBytes = 1024 * 1024

/** Throws an AppError when it cannot be read or is damaged; what came before was given. */
export async function* logBytes(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  if (path === '-') {
    yield* standardInput()
    return
  }
  const fd = openSync(path, 'r')
  const head = Buffer.alloc(6)
  readSync(fd, head, 0, 6, 0)
  const compression = compressionOf(head)
  if (compression === 'xz' || compression === 'bzip2') yield* coded(fd, compression)
  // From the beginning; the stream closes the descriptor.
  else yield* plain(createReadStream('', { fd, start: 0, highWaterMark: blockBytes }), compression)
}

function compressionOf(head: Uint8Array): Compression {
  const text = Buffer.from(head).toString('latin1')
  if (text.startsWith('\u001f\u008b')) return 'gzip'
  if (text.startsWith('(\u00b5/\u00fd')) return 'zstd'
  if (text.startsWith('\u00fd7zXZ\0')) return 'xz'
  return /^BZh[1-9]1A/.test(text) ? 'bzip2' : 'none'
}

async function* plain(input: Readable, compression: 'gzip' | 'zstd' | 'none'): AsyncGenerator<Uint8Array> {
  if (compression === 'none') {
    yield* input as AsyncIterable<Uint8Array>
    return
  }
  const inflate = compression === 'gzip' ? createGunzip({ chunkSize: blockBytes }) : createZstdDecompress()
  // An error reaches the reader through the stream itself.
  pipeline(input, inflate, () => undefined)
  yield* inflate as AsyncIterable<Uint8Array>
}

async function* standardInput(): AsyncGenerator<Uint8Array> {
  const input = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  const first = await input.next()
  if (first.done === true) return
  const compression = compressionOf(first.value)
  if (compression === 'xz' || compression === 'bzip2') {
    throw new AppError('unsupported', `standard input is compressed by ${compression}`, {
      hint: `decompress it on the way: ${compression} -dc`,
    })
  }
  yield* plain(Readable.from(following(first.value, input)), compression)
}

async function* following(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

/** One stream after the other, as `cat a.xz b.xz` makes them. */
async function* coded(fd: number, compression: 'xz' | 'bzip2'): AsyncGenerator<Uint8Array> {
  try {
    const { size } = fstatSync(fd)
    const source = fdSource(fd, size, new Uint8Array(maxRead))
    const open = await codecs[compression]()
    for (let at = 0; at < size;) {
      const codec = open(source, at)
      for (;;) {
        const out = new Uint8Array(blockBytes)
        const count = codec.read(out)
        if (count === 0) break
        yield out.subarray(0, count)
      }
      if (codec.fault !== undefined) throw new AppError('unsupported', codec.fault)
      at = afterPadding(source, at + Math.max(codec.consumed, 1))
    }
  } finally {
    closeSync(fd)
  }
}

type Source = ReturnType<typeof fdSource>
type OpenCodec = (source: Source, at: number) => Codec

/** Loaded when there is such a file. */
const codecs: Readonly<Record<'xz' | 'bzip2', () => Promise<OpenCodec>>> = {
  async xz() {
    const { Xz } = await import('../../engine/codecs/xz.ts')
    return (source, at) => new Xz(source, at)
  },
  async bzip2() {
    const { Bzip2 } = await import('../../engine/codecs/bzip2.ts')
    return (source, at) => new Bzip2(source, at)
  },
}

/** xz allows zeros between streams. */
function afterPadding(source: Source, from: number): number {
  let at = from
  while (at < source.size && source.read(at, 1)[0] === 0) at += 1
  return at
}
