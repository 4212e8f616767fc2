// 7-Zip as WebAssembly (package 7z-wasm) and the program of the thread it runs in. Its files are read once, when the engine
// is loaded, into memory that all threads share: while something is scanned no file is opened, which under on-access
// control would wait for itself.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import { ArchiveInput, Disk, Printer, Ring, run, seek, serve, Stopped } from './thread-side.ts'

export interface SevenZipFiles {
  /** JavaScript that runs the WebAssembly; UTF-8. */
  readonly glue: SharedArrayBuffer
  readonly wasm: SharedArrayBuffer
}

let files: SevenZipFiles | undefined

/** Read when they are first asked for. */
export function sevenZipFiles(): SevenZipFiles {
  files ??= readFiles()
  return files
}

/** From now on what another thread has read. */
export function useSevenZipFiles(read: SevenZipFiles): void {
  files ??= read
}

function readFiles(): SevenZipFiles {
  const packageFile = createRequire(import.meta.url).resolve('7z-wasm')
  const wasm = readFileSync(packageFile.replace(/7zz\.umd\.js$/, '7zz.wasm'))
  return { glue: shared(readFileSync(packageFile)), wasm: shared(withMostPages(wasm, mostPages)) }
}

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(bytes.length)
  new Uint8Array(memory).set(bytes)
  return memory
}

/**
 * Pages of 64 KiB that one instance may have. Decoding 7z needs the dictionary (256 MiB with `-mx=9`) and some 20 MiB.
 */
const mostPages = 8192

/**
 * The thread's program. The glue gets no `process` and no `require`: it runs as in a bare shell and can reach neither
 * files nor the network, whatever an archive makes of the WebAssembly behind it.
 */
export function threadProgram(): string {
  const parts = [Stopped, Ring, ArchiveInput, seek, Disk, Printer, run, serve].map(String).join('\n')
  const glue = Buffer.from(sevenZipFiles().glue).toString()
  return `'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const glue = { exports: {} };
(function (module, exports, process, require) {${glue}\n})(glue, glue.exports);
${parts}
serve(glue.exports, workerData, parentPort);`
}

let compiled: WebAssembly.Module | undefined

/** Compiled once a thread, when the first archive comes. */
export function compiledModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(new Uint8Array(sevenZipFiles().wasm))
  return compiled
}

const memorySection = 5

/** The same module with another maximum in its memory section (WebAssembly core specification, 5.5.8 and 5.3.6). */
function withMostPages(bytes: Uint8Array, pages: number): Uint8Array {
  const reader = new LebReader(bytes, 8)
  while (reader.at < bytes.length) {
    const id = reader.byte()
    const length = reader.u32()
    const start = reader.at
    if (id !== memorySection) {
      reader.at += length
      continue
    }
    const [count, flags] = [reader.u32(), reader.byte()]
    const least = reader.u32()
    if (count !== 1 || (flags & 1) === 0 || least > pages) break
    const at = reader.at
    reader.u32()
    const room = reader.at - at
    const changed = bytes.slice()
    // A number may be written longer than it needs to be, so nothing has to move.
    for (let i = 0, rest = pages; i < room; i++, rest >>>= 7) {
      changed[at + i] = (rest & 0x7f) | (i < room - 1 ? 0x80 : 0)
    }
    if (reader.at === start + length) return changed
    break
  }
  throw new Error('7z-wasm has another memory section than expected')
}

/** Unsigned LEB128 numbers (WebAssembly core specification, 5.2.2). */
class LebReader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0
  }

  u32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    return value
  }
}
