// Why one source could not be updated: one sentence. It ends that source's turn and never leaves this folder.

export class Fault extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Fault'
  }
}

/** A fault that may be gone when the same is tried again. */
export class PassingFault extends Fault {
  /** When the server wants to be asked again; undefined when it did not say. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause)
    this.name = 'PassingFault'
    this.retryAfterMs = options.retryAfterMs
  }
}
