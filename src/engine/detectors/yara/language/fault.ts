// What ends the reading of one rule: thrown by the parser and the checker, caught where rules are listed.

import type { Span } from './syntax.ts'

export class Fault extends Error {
  readonly code: string
  readonly place: Span

  constructor(code: string, message: string, place: Span) {
    super(message)
    this.name = 'Fault'
    this.code = code
    this.place = place
  }
}

/** A code and a sentence; what a rule's author reads. */
export function fail(code: string, message: string, place: Span): never {
  throw new Fault(code, message, place)
}
