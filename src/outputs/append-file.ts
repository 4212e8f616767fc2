// Appends lines to a file without waiting for the disk. What a slow disk leaves waiting is bounded; the rest is counted
// as lost. A file that was renamed or removed (log rotation) is opened anew.

import { closeSync, fstatSync, mkdirSync, openSync, statSync, write } from 'node:fs'
import { dirname } from 'node:path'

import { messageOf } from '../base/app-error.ts'

const maxWaitingBytes = 16 * 1024 * 1024
const lookEveryMs = 1000
const closeTimeoutMs = 3000

export class AppendFile {
  readonly #path: string
  readonly #notice: (message: string) => void
  #fd = -1
  #waiting: { readonly text: string; readonly lines: number }[] = []
  #waitingBytes = 0
  #isWriting = false
  #lookedAtMs = 0
  #written = 0
  #lost = 0
  #isFailing = false
  #onIdle: (() => void) | undefined

  constructor(path: string, notice: (message: string) => void) {
    this.#path = path
    this.#notice = notice
  }

  get written(): number {
    return this.#written
  }

  get lost(): number {
    return this.#lost
  }

  /** `text` is whole lines, so many. */
  append(text: string, lines: number): void {
    if (this.#waitingBytes + text.length > maxWaitingBytes) {
      this.#lost += lines
      return
    }
    this.#waiting.push({ text, lines })
    this.#waitingBytes += text.length
    if (!this.#isWriting) this.#next()
  }

  async close(): Promise<void> {
    if (this.#isWriting) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
        setTimeout(resolve, closeTimeoutMs).unref()
      })
    }
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }

  #next(): void {
    const batch = this.#waiting
    if (batch.length === 0) {
      this.#isWriting = false
      this.#onIdle?.()
      return
    }
    this.#isWriting = true
    this.#waiting = []
    this.#waitingBytes = 0
    const lines = batch.reduce((sum, one) => sum + one.lines, 0)
    try {
      this.#open()
    } catch (thrown) {
      this.#fail(thrown, lines)
      // Not at once: a directory that is missing would be asked for with each event.
      setTimeout(() => this.#next(), lookEveryMs).unref()
      return
    }
    this.#writeAll(Buffer.from(batch.map(({ text }) => text).join('')), lines)
  }

  #writeAll(bytes: Buffer, lines: number): void {
    write(this.#fd, bytes, 0, bytes.length, null, (error, count) => {
      if (error !== null) this.#fail(error, lines)
      else if (count < bytes.length) {
        this.#writeAll(bytes.subarray(count), lines)
        return
      } else {
        this.#written += lines
        this.#isFailing = false
      }
      this.#next()
    })
  }

  #fail(thrown: unknown, lines: number): void {
    this.#lost += lines
    if (!this.#isFailing) this.#notice(`events are not written to ${this.#path}: ${messageOf(thrown)}`)
    this.#isFailing = true
  }

  #open(): void {
    const now = performance.now()
    if (this.#fd >= 0) {
      if (now - this.#lookedAtMs < lookEveryMs) return
      this.#lookedAtMs = now
      const there = statSync(this.#path, { throwIfNoEntry: false })
      const own = fstatSync(this.#fd)
      if (there?.ino === own.ino && there.dev === own.dev) return
      closeSync(this.#fd)
      this.#fd = -1
    }
    mkdirSync(dirname(this.#path), { recursive: true })
    this.#fd = openSync(this.#path, 'a', 0o600)
    this.#lookedAtMs = now
  }
}
