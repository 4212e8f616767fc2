// A file that lines are appended to, a few hundred kilobytes at a time.

import { closeSync, openSync, writeSync } from 'node:fs'

const bufferChars = 256 * 1024

export class LineFile implements Disposable {
  readonly #fd: number
  #text = ''
  lines = 0

  /** Throws what the file system says. An existing file is replaced. */
  constructor(path: string) {
    this.#fd = openSync(path, 'w', 0o600)
  }

  /** `text` ends in a line end. */
  write(text: string): void {
    this.#text += text
    this.lines += 1
    if (this.#text.length >= bufferChars) this.#flush()
  }

  #flush(): void {
    if (this.#text !== '') writeSync(this.#fd, this.#text)
    this.#text = ''
  }

  [Symbol.dispose](): void {
    this.#flush()
    closeSync(this.#fd)
  }
}
