// What a reader of one log format is: a line in, a request or an entry of an error log out.

import type { WebRequest } from '../request.ts'

/** One line of an error log. */
export interface ErrorEntry {
  readonly timeMs: number | undefined
  /** emerg … debug, as the server writes it. */
  readonly level: string
  /** Apache's module, or ''. */
  readonly module: string
  readonly pid: number | undefined
  /** Address without port, or ''. */
  readonly client: string
  readonly message: string
  /** The request line, where the server names it. */
  readonly request: string
  readonly host: string
  readonly referer: string
}

export type ReadLine =
  | { readonly kind: 'request'; readonly request: WebRequest }
  | { readonly kind: 'error'; readonly entry: ErrorEntry }
  /** A directive, a comment, a line of a server that is no request. */
  | { readonly kind: 'other' }

export const otherLine: ReadLine = { kind: 'other' }

export interface LineReader {
  /** As the user sees it, e.g. `combined`. */
  readonly id: string
  /** Undefined: this line is not of this format. */
  read(line: string): ReadLine | undefined
}
