// Where a body goes: a file or memory, never more than was allowed.

import { closeSync, constants, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'

import { Fault } from '../fault.ts'

export interface Sink {
  /** Forgets what came before. */
  restart(): void
  /** The length that the server named, before the first byte. */
  expect(bytes: number | undefined): void
  write(chunk: Uint8Array): void
}

/** How far a download is; `total` when the server named it. */
export type OnBytes = (bytes: number, total: number | undefined) => void

export class MemorySink implements Sink {
  readonly #maxBytes: number
  #parts: Uint8Array[] = []
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get content(): Uint8Array {
    return Buffer.concat(this.#parts)
  }

  restart(): void {
    this.#parts = []
    this.#bytes = 0
  }

  expect(bytes: number | undefined): void {
    checkSize(bytes ?? 0, this.#maxBytes)
  }

  write(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    checkSize(this.#bytes, this.#maxBytes)
    this.#parts.push(chunk)
  }
}

export class FileSink implements Sink, Disposable {
  readonly #fd: number
  readonly #maxBytes: number
  readonly #onBytes: OnBytes | undefined
  #bytes = 0
  #total: number | undefined

  /** Makes the file, which must not exist. */
  constructor(path: string, maxBytes: number, onBytes?: OnBytes) {
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644)
    this.#maxBytes = maxBytes
    this.#onBytes = onBytes
  }

  restart(): void {
    ftruncateSync(this.#fd)
    this.#bytes = 0
  }

  expect(bytes: number | undefined): void {
    checkSize(bytes ?? 0, this.#maxBytes)
    this.#total = bytes
  }

  write(chunk: Uint8Array): void {
    checkSize(this.#bytes + chunk.length, this.#maxBytes)
    for (let done = 0; done < chunk.length;) {
      const count = writeSync(this.#fd, chunk, done, chunk.length - done, this.#bytes)
      this.#bytes += count
      done += count
    }
    this.#onBytes?.(this.#bytes, this.#total)
  }

  /** The bytes last a power cut. */
  sync(): void {
    fsyncSync(this.#fd)
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}

function checkSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Fault(`larger than the ${maxBytes} bytes that are allowed`)
}
