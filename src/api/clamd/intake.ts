// What a client has sent and nobody has read yet: a queue of pieces, each with the descriptor that came with it. The
// conversation takes from it at its own pace and waits, for so long and no longer, when there is not enough.

import { type Command, formOf, parseCommand } from './commands.ts'

/** The client did not send what it had begun. */
export class TimedOut extends Error {}
/** The client is gone; nobody reads an answer. */
export class Gone extends Error {}

/** Longest command: PATH_MAX and a word before it. */
const maxCommandBytes = 4096 + 64
/** Beyond this nothing is read until something was taken. */
const full = { bytes: 256 * 1024, pieces: 64 } as const
/** Smaller pieces are joined: somebody may send single bytes. */
const smallBytes = 4096

interface Piece {
  readonly bytes: Buffer
  readonly descriptor: number | undefined
}

export interface IntakeOptions {
  /** Something was taken: there may be room again. */
  readonly onTaken: () => void
  /** Descriptors that nobody asked for. */
  readonly close: (fd: number) => void
}

export class Intake {
  readonly #options: IntakeOptions
  #pieces: Piece[] = []
  #size = 0
  /** Came with bytes that were taken. */
  #loose: number | undefined
  #isSession = false
  #ended = false
  #aborted = false
  #wake: (() => void) | undefined

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  get isFull(): boolean {
    return this.#size >= full.bytes || this.#pieces.length >= full.pieces
  }

  /** With more than one descriptor none is taken, as nobody could say which is meant. */
  push(bytes: Buffer, descriptors: readonly number[] = []): void {
    const [first] = descriptors
    const descriptor = descriptors.length === 1 && !this.#aborted ? first : undefined
    for (const fd of descriptors) if (fd !== descriptor) this.#options.close(fd)
    if (this.#aborted) return
    const last = this.#pieces.at(-1)
    if (last !== undefined && last.descriptor === undefined && last.bytes.length < smallBytes) {
      this.#pieces[this.#pieces.length - 1] = { bytes: Buffer.concat([last.bytes, bytes]), descriptor }
    } else this.#pieces.push({ bytes, descriptor })
    this.#size += bytes.length
    this.#wake?.()
  }

  /** The client sends no more. */
  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  /** Makes whoever waits throw Gone, now and later, and closes what is left. */
  abort(): void {
    this.#aborted = true
    for (const { descriptor } of this.#pieces) if (descriptor !== undefined) this.#options.close(descriptor)
    this.#pieces = []
    this.#size = 0
    this.#dropLoose()
    this.#wake?.()
  }

  /** Undefined when the client ended before a command was complete. Throws TimedOut, Gone. */
  async nextCommand(timeoutMs: number): Promise<Command | undefined> {
    this.#dropLoose()
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const command = this.#takeCommand()
      if (command !== undefined) return command
      if (!(await this.#more(deadline - performance.now()))) return undefined
    }
  }

  /** At most `most` bytes, at least one; undefined at the end. Throws TimedOut, Gone. */
  async take(most: number, timeoutMs: number): Promise<Buffer | undefined> {
    while (this.#size === 0) if (!(await this.#more(timeoutMs))) return undefined
    return this.#takeNow(most)
  }

  /** Exactly `count` bytes; undefined when the client ended before. Throws TimedOut, Gone. */
  async takeExactly(count: number, timeoutMs: number): Promise<Buffer | undefined> {
    while (this.#size < count) if (!(await this.#more(timeoutMs))) return undefined
    const first = this.#takeNow(count)
    if (first.length === count) return first
    const parts = [first]
    for (let missing = count - first.length; missing > 0;) {
      const part = this.#takeNow(missing)
      parts.push(part)
      missing -= part.length
    }
    return Buffer.concat(parts)
  }

  /**
   * The descriptor that comes with the next byte, or came with the last bytes that were taken. It is the caller's to
   * close. Undefined when the byte came without; 'end' when the client ended. Throws TimedOut, Gone.
   */
  async takeDescriptor(timeoutMs: number): Promise<number | undefined | 'end'> {
    const early = this.#takeLoose()
    if (early !== undefined) return early
    while (this.#size === 0) if (!(await this.#more(timeoutMs))) return 'end'
    const [piece] = this.#pieces
    this.#takeNow(1)
    const last = this.#takeLoose()
    if (last !== undefined || piece?.descriptor === undefined) return last
    // The byte was not the last one of its piece.
    const [rest] = this.#pieces
    if (rest !== undefined) this.#pieces[0] = { bytes: rest.bytes, descriptor: undefined }
    return piece.descriptor
  }

  /** From now on, bytes that clients send beside a descriptor may come late: between commands they are dropped. */
  beginSession(): void {
    this.#isSession = true
  }

  #firstByte(): number | undefined {
    return this.#pieces[0]?.bytes[0]
  }

  #takeCommand(): Command | undefined {
    let first = this.#firstByte()
    while (this.#isSession && (first === 0 || first === 0x0a)) {
      this.#takeNow(1)
      first = this.#firstByte()
    }
    if (first === undefined) return undefined
    const form = formOf(first)
    if (form === 'old') return this.#takeOldCommand()
    const end = this.#find(form === 'n' ? 0x0a : 0)
    if (end < 0 && this.#size <= maxCommandBytes) return undefined
    if (end < 0 || end > maxCommandBytes) return { form, name: '', argument: '' }
    return parseCommand(form, this.#takeText(end + 1).slice(1, -1))
  }

  /** One packet is one command, up to its first line feed. */
  #takeOldCommand(): Command {
    const bytes = this.#pieces[0]?.bytes ?? Buffer.alloc(0)
    const lineEnd = bytes.indexOf(0x0a)
    const length = lineEnd < 0 ? bytes.length : lineEnd + 1
    if (length > maxCommandBytes) return { form: 'old', name: '', argument: '' }
    return parseCommand('old', this.#takeText(length))
  }

  #find(byte: number): number {
    let before = 0
    for (const { bytes } of this.#pieces) {
      const at = bytes.indexOf(byte)
      if (at >= 0) return before + at
      before += bytes.length
      if (before > maxCommandBytes) return -1
    }
    return -1
  }

  /** There are so many. */
  #takeText(length: number): string {
    let text = ''
    while (text.length < length) text += this.#takeNow(length - text.length).toString('latin1')
    return text
  }

  /** There is at least one byte. */
  #takeNow(most: number): Buffer {
    const [piece] = this.#pieces
    if (piece === undefined) return Buffer.alloc(0)
    const { bytes, descriptor } = piece
    const part = bytes.subarray(0, most)
    if (part.length < bytes.length) this.#pieces[0] = { bytes: bytes.subarray(part.length), descriptor }
    else {
      this.#pieces.shift()
      if (descriptor !== undefined) {
        this.#dropLoose()
        this.#loose = descriptor
      }
    }
    this.#size -= part.length
    this.#options.onTaken()
    return part
  }

  #takeLoose(): number | undefined {
    const fd = this.#loose
    this.#loose = undefined
    return fd
  }

  #dropLoose(): void {
    const fd = this.#takeLoose()
    if (fd !== undefined) this.#options.close(fd)
  }

  /** Waits for anything new; false when nothing more will come. */
  async #more(timeoutMs: number): Promise<boolean> {
    if (this.#aborted) throw new Gone()
    if (this.#ended) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(resolve, Math.max(0, timeoutMs), false)
    this.#wake = () => {
      resolve(true)
    }
    const came = await promise
    clearTimeout(timer)
    this.#wake = undefined
    // Closed by `abort` above all others: it is read again after the wait.
    if (this.#isAborted()) throw new Gone()
    if (!came) throw new TimedOut()
    return true
  }

  #isAborted(): boolean {
    return this.#aborted
  }
}
