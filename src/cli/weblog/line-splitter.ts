// Blocks of bytes into lines, as latin1 strings. A line without an end is given up after a megabyte, not collected for ever.

const maxLine = 1024 * 1024
const newline = '\n'

export class LineSplitter {
  readonly #take: (line: string) => void
  #rest = ''
  /** The line was too long and was given; what follows of it is passed over. */
  #isSkipping = false

  constructor(take: (line: string) => void) {
    this.#take = take
  }

  push(bytes: Uint8Array): void {
    const text = this.#rest + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    let at = 0
    for (let end = text.indexOf(newline); end !== -1; end = text.indexOf(newline, at)) {
      this.#give(text, at, end)
      at = end + 1
    }
    this.#rest = text.slice(at)
    if (this.#rest.length <= maxLine) return
    this.#give(this.#rest, 0, maxLine)
    this.#rest = ''
    this.#isSkipping = true
  }

  /** The last line may have no end. */
  end(): void {
    if (this.#rest !== '') this.#give(this.#rest, 0, this.#rest.length)
    this.#rest = ''
    this.#isSkipping = false
  }

  #give(text: string, from: number, to: number): void {
    if (this.#isSkipping) {
      this.#isSkipping = false
      return
    }
    this.#take(text.slice(from, to > from && text.charCodeAt(to - 1) === 13 ? to - 1 : to))
  }
}
