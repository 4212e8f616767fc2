// Which files and journal records haechi mft shows.

import { AppError } from '../../base/app-error.ts'
import { parseTime } from '../../base/parse-time.ts'
import type { LogFileChange } from '../../evidence/log-file/index.ts'
import type { MftEntry } from '../../evidence/mft/index.ts'
import type { UsnRecord } from '../../evidence/usn-journal/index.ts'
import type { MftOptionValues } from './options.ts'

export interface Filter {
  file(entry: MftEntry): boolean
  change(record: UsnRecord): boolean
  logged(change: LogFileChange): boolean
}

/** Throws AppError `usage`. */
export function filterOf(options: MftOptionValues): Filter {
  const since = timeOption('--since', options.since) ?? ''
  const until = timeOption('--until', options.until) ?? '~'
  const matches = options.name === undefined ? () => true : globMatcher(options.name)
  const isWithin = (time: string | undefined): boolean => time !== undefined && time >= since && time <= until
  const hasTimes = options.since !== undefined || options.until !== undefined
  return {
    file(entry) {
      if (options.deleted === true && entry.inUse) return false
      if (options.streams === true && entry.streams.length === 0) return false
      if (options.stamped === true && entry.timestomp.length === 0) return false
      if (!matches(entry.path ?? '')) return false
      if (!hasTimes) return true
      const { created, modified, changed } = entry.standardInformation ?? {}
      return isWithin(created) || isWithin(modified) || isWithin(changed)
    },
    change(record) {
      if (options.deleted === true && !record.reasons.includes('file-delete')) return false
      return matches(record.name ?? '') && (!hasTimes || isWithin(record.time))
    },
    logged(change) {
      const { path, name = '', oldName, before, after, usn } = change
      if (options.deleted === true && change.change !== 'file-deleted') return false
      if (options.streams === true && change.stream === undefined) return false
      if (options.stamped === true && change.backwards === undefined) return false
      if (!matches(path ?? name) && (oldName === undefined || !matches(oldName))) return false
      if (!hasTimes) return true
      return (
        [after, before].some(
          (times) => isWithin(times?.created) || isWithin(times?.modified) || isWithin(times?.changed),
        ) || isWithin(usn?.time)
      )
    },
  }
}

function timeOption(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const microseconds = parseTime(text, Date.now())
  if (microseconds === undefined) throw new AppError('usage', `${name} is a time, not ${text}`)
  return new Date(microseconds / 1000).toISOString().replace('Z', '0000Z')
}

/** `*` is any text, `?` one character. Linear: a star is retried only from the last one. */
function globMatcher(glob: string): (path: string) => boolean {
  const pattern = glob.toLowerCase()
  const isPath = pattern.includes('\\')
  return (path) => {
    const text = path.toLowerCase()
    return matchesGlob(isPath ? text : text.slice(text.lastIndexOf('\\') + 1), pattern)
  }
}

function matchesGlob(text: string, glob: string): boolean {
  let [at, place, star, retry] = [0, 0, -1, 0]
  while (at < text.length) {
    if (place < glob.length && (glob[place] === '?' || glob[place] === text[at]) && glob[place] !== '*') {
      at += 1
      place += 1
    } else if (glob[place] === '*') {
      star = place
      place += 1
      retry = at
    } else if (star >= 0) {
      place = star + 1
      retry += 1
      at = retry
    } else return false
  }
  while (glob[place] === '*') place += 1
  return place === glob.length
}
