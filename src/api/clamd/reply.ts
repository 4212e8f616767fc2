// Where the lines of one command's answer go: with the number that a session gives it, and its form's terminator.

import type { Form } from './commands.ts'
import { pathInLine } from './replies.ts'
import type { Wire } from './wire.ts'

export class Reply {
  readonly #wire: Wire
  readonly #prefix: string
  readonly #terminator: string

  /** `number` is that of the command inside IDSESSION; undefined outside. */
  constructor(wire: Wire, form: Form, number?: number) {
    this.#wire = wire
    this.#prefix = number === undefined ? '' : `${number}: `
    this.#terminator = form === 'z' ? '\0' : '\n'
  }

  get gone(): AbortSignal {
    return this.#wire.gone
  }

  get peer(): string {
    return this.#wire.peer
  }

  /** Throws Gone, TimedOut. */
  async line(text: string): Promise<void> {
    const line = this.#terminator === '\n' ? pathInLine(text) : text
    await this.#wire.send(`${this.#prefix}${line}${this.#terminator}`)
  }

  /** Several lines that are one reply. */
  async text(text: string): Promise<void> {
    await this.#wire.send(`${this.#prefix}${text}${this.#terminator}`)
  }

  /** `MESSAGE ERROR`. */
  async fault(message: string): Promise<void> {
    await this.line(`${message} ERROR`)
  }
}
