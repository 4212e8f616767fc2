// Rotated logs that were compressed while nobody watched: read as a stream, never whole. gzip and zstd are Node's own;
// xz and bzip2 run the host's programs, where there are some.

import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

import { pathBytes } from './log-file.ts'

export type Compression = 'gzip' | 'zstd' | 'xz' | 'bzip2'

const endings: Readonly<Record<string, Compression>> = { gz: 'gzip', zst: 'zstd', xz: 'xz', bz2: 'bzip2' }
const programs = { xz: ['/usr/bin/xz', '/bin/xz'], bzip2: ['/usr/bin/bzip2', '/bin/bzip2'] } as const

/** By the end of the name; undefined when it is none of ours. */
export function compressionOf(name: string): Compression | undefined {
  return endings[name.slice(name.lastIndexOf('.') + 1)]
}

/** Decompressed bytes of a file. */
export interface Unpacked {
  readonly stream: Readable
  close(): void
}

/** Throws an Error, one sentence, when the file or the program is not there. */
export async function unpack(path: string, compression: Compression): Promise<Unpacked> {
  await access(pathBytes(path), constants.R_OK)
  if (compression === 'xz' || compression === 'bzip2') return runProgram(await programFor(compression), path)
  const file = createReadStream(pathBytes(path), { highWaterMark: 65_536 })
  const inflate = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  file.on('error', (error) => inflate.destroy(error))
  file.pipe(inflate)
  return {
    stream: inflate,
    close() {
      file.destroy()
      inflate.destroy()
    },
  }
}

/** The first bytes; undefined when it is damaged or cannot be read. */
export async function unpackHead(
  path: string,
  compression: Compression,
  maxBytes: number,
): Promise<Buffer | undefined> {
  try {
    const unpacked = await unpack(path, compression)
    const parts: Buffer[] = []
    let size = 0
    try {
      for await (const part of unpacked.stream as AsyncIterable<Buffer>) {
        parts.push(part)
        size += part.length
        if (size >= maxBytes) break
      }
    } finally {
      unpacked.close()
    }
    return Buffer.concat(parts).subarray(0, maxBytes)
  } catch {
    return undefined
  }
}

async function programFor(compression: 'xz' | 'bzip2'): Promise<string> {
  for (const path of programs[compression]) {
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  throw new Error(`the program ${compression} is not installed`)
}

function runProgram(program: string, path: string): Unpacked {
  // The file is its standard input: no name becomes an option. A shell would only open it: Node does.
  const file = createReadStream(pathBytes(path), { highWaterMark: 65_536 })
  const child: ChildProcess = spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error(`${program} has no pipes`)
  const output = new Readable({ read: () => stdout.resume(), highWaterMark: 65_536 })
  stdout.on('data', (part: Buffer) => {
    if (!output.push(part)) stdout.pause()
  })
  child.on('error', (error) => output.destroy(error))
  child.on('close', (code) => {
    if (code === 0) output.push(null)
    else output.destroy(new Error(`${program} ended with ${code ?? 'a signal'}: the file is damaged`))
  })
  stdin.on('error', () => {
    file.destroy()
  })
  file.on('error', (error) => output.destroy(error))
  file.pipe(stdin)
  return {
    stream: output,
    close() {
      file.destroy()
      output.destroy()
      child.kill('SIGKILL')
    },
  }
}
