// Lines of web servers' logs among the events: each file has a reader of its own, which knows its format; what addresses do is
// kept for all files together.

import type { Event } from '../../model/index.ts'
import {
  createWeblog,
  isWebLog,
  latin1Line,
  type LineResult,
  type LogReader,
  type Weblog,
} from '../weblog/index.ts'

/** Of which behaviour is kept: some 100 bytes each. */
const maxAddresses = 100_000
/** Log files with a reader; beyond it the one that was used longest ago loses its own. */
const maxFiles = 512

export class WebLines {
  readonly #weblog: Weblog
  readonly #readers = new Map<string, LogReader>()

  constructor(trustedProxies: readonly string[]) {
    this.#weblog = createWeblog({ trustedProxies, maxAddresses })
  }

  /** Undefined when it is no line of a web server's log. */
  read(event: Event): LineResult | undefined {
    const { message, log, hx } = event
    if (event.event.dataset !== 'hx.log' || event.event.action !== 'line' || message === undefined)
      return undefined
    if (!isWebLog(kindOf(hx?.['log']), log?.syslog?.appname)) return undefined
    return this.#weblog.line(latin1Line(message), this.#readerOf(log?.file?.path ?? ''))
  }

  #readerOf(path: string): LogReader {
    const reader = this.#readers.get(path) ?? this.#weblog.openReader()
    this.#readers.delete(path)
    this.#readers.set(path, reader)
    const [oldest] = this.#readers.keys()
    if (this.#readers.size > maxFiles && oldest !== undefined) this.#readers.delete(oldest)
    return reader
  }
}

function kindOf(log: unknown): string {
  return typeof log === 'object' && log !== null && 'kind' in log ? String(log.kind) : ''
}
