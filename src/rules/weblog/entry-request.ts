// What an entry of an error log tells of its request: nginx writes the whole line, Apache none.

import type { ErrorEntry } from './read/line-reader.ts'
import { splitRequestLine } from './read/request-line.ts'
import type { WebRequest } from './request.ts'

/** Status 0, bytes -1: an error log has neither. */
export function requestOfEntry(entry: ErrorEntry): WebRequest {
  return {
    timeMs: entry.timeMs,
    client: entry.client,
    ...splitRequestLine(entry.request),
    status: 0,
    bytes: -1,
    referer: entry.referer,
    userAgent: '',
    host: entry.host,
    user: '',
    durationMs: -1,
  }
}
