// Why a regular expression or a hex string is refused, and where.

export class PatternError extends Error {
  /** Bytes from the beginning of the text that was parsed. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.name = 'PatternError'
    this.offset = offset
  }
}
