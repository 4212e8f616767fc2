// Progress of a collection: over the line on a terminal, as a line every few seconds elsewhere. A clock of its own, because a
// step may search for long without finding anything.

import type { PackageProgress } from '../../collect/package/index.ts'
import { formatSize } from '../../config/units.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'

const lineEveryMs = 5000
const statusEveryMs = 250

export class Progress implements Disposable {
  readonly #terminal: Terminal
  readonly #write: ((line: string) => void) | undefined
  readonly #startMs = performance.now()
  readonly #timer: NodeJS.Timeout
  #state: PackageProgress | undefined
  #toldMs = performance.now()

  /** `write`: for lines of JSON, in place of those for people. */
  constructor(terminal: Terminal, write?: (line: string) => void) {
    this.#terminal = terminal
    this.#write = write
    this.#timer = setInterval(() => {
      this.#tell()
    }, statusEveryMs)
    this.#timer.unref()
  }

  take(state: PackageProgress): void {
    this.#state = state
  }

  end(): void {
    clearInterval(this.#timer)
    this.#terminal.status('')
  }

  [Symbol.dispose](): void {
    this.end()
  }

  #tell(): void {
    const state = this.#state
    if (state === undefined) return
    const seconds = Math.floor((performance.now() - this.#startMs) / 1000)
    const text =
      `${state.number}/${state.of} ${state.step}  ${state.items} items, ${formatSize(state.bytes)}` +
      ` (package ${formatSize(state.storedBytes)})  ${seconds} s`
    if (this.#write === undefined && this.#terminal.errIsTerminal) {
      this.#terminal.status(text)
      return
    }
    if (performance.now() - this.#toldMs < lineEveryMs) return
    this.#toldMs = performance.now()
    if (this.#write === undefined) this.#terminal.err(this.#terminal.safe(text))
    else this.#write(jsonLine({ type: 'collect-progress', version: 1, ...state, seconds }))
  }
}
