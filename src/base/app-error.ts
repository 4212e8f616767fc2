// Faults of ours or of the operating system. Hostile input is never a fault: it ends in a Verdict.
// Shape after sigstore-js: a literal-union code that callers can switch on, one sentence, a hint, a cause.

export type ErrorCode =
  | 'usage'
  | 'config-invalid'
  | 'not-found'
  | 'permission'
  | 'unsupported'
  | 'list-invalid'
  | 'plugin-invalid'
  | 'kernel'
  | 'quarantine'
  | 'not-running'
  | 'internal'

export class AppError extends Error {
  readonly code: ErrorCode
  /** What the user can do about it, one sentence; empty when there is nothing to add. */
  readonly hint: string

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.hint = options.hint ?? ''
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
