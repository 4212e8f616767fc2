// Finds out by itself what format a log has, line by line: the reader that fitted last is asked first. Where it does not fit,
// the others are asked, and one that fits three times in a row takes its place (a log whose format was changed).

import { clfReader } from './clf.ts'
import { apacheErrorReader, nginxErrorReader } from './error-log.ts'
import { haproxyReader } from './haproxy.ts'
import { iisReader } from './iis.ts'
import { jsonReader } from './json-log.ts'
import type { LineReader, ReadLine } from './line-reader.ts'
import { formatReader } from './log-format.ts'

/** Lines in a row after which another reader takes over. */
const takeOver = 3

export interface LogReader {
  /** Undefined: malformed. */
  read(line: string): ReadLine | undefined
  /** Id of the format, '' before the first line that fitted one. */
  readonly format: string
}

/** `format`: as in the server's configuration (see formatReader), for logs that are none of the known ones. */
export function createLogReader(format?: string): LogReader {
  const readers: readonly LineReader[] = [
    ...(format === undefined ? [] : [formatReader(format)]),
    clfReader,
    jsonReader,
    iisReader(),
    haproxyReader,
    apacheErrorReader,
    nginxErrorReader,
  ]
  let current: LineReader | undefined
  let rival: LineReader | undefined
  let wins = 0

  function readOtherwise(line: string): ReadLine | undefined {
    for (const reader of readers) {
      if (reader === current) continue
      const result = reader.read(line)
      if (result === undefined) continue
      wins = rival === reader ? wins + 1 : 1
      rival = reader
      if (current === undefined || wins >= takeOver) {
        current = reader
        rival = undefined
      }
      return result
    }
    return undefined
  }

  return {
    get format() {
      return current?.id ?? ''
    },
    read(line) {
      const result = current?.read(line)
      if (result === undefined) return readOtherwise(line)
      rival = undefined
      return result
    },
  }
}
