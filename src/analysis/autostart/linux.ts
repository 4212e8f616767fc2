// What a Linux starts by itself: entries of the files in its autostart places, and which of them are worth a look.

import type { Notes } from '../../evidence/note.ts'
import type { EvidenceSource } from '../../evidence/source.ts'
import { linesOf } from '../artefacts/lines.ts'
import type { StartEntry } from './entry.ts'
import type { LinuxPlace } from './linux-places.ts'

const maxLines = 100_000
const maxCommand = 4096
const suspicious =
  /\/dev\/tcp\/|\/(?:tmp|dev\/shm|var\/tmp)\/|base64\s+(?:-d|--decode)|\b(?:curl|wget)\b.*\|\s*(?:ba|da|z)?sh\b|\bnc\b.*\s-e|\bpython3?\s+-c|bash\s+-i/
const handsOut = /\/dev\/tcp\/|\|\s*(?:ba|da|z)?sh\b/

export interface LinuxFile {
  readonly path: string
  readonly source: EvidenceSource
  readonly notes: Notes
  readonly modified?: string
}

export interface LinuxStart {
  readonly entry: StartEntry
  /** `grave`: it hands a shell out, or changes every program. */
  readonly odd?: { readonly level: 'medium' | 'high'; readonly line: string; readonly why: string }
}

export function* linuxStarts(file: LinuxFile, place: LinuxPlace): Generator<LinuxStart, void, undefined> {
  if (place.line === undefined) {
    if (!isPlaceholder(file.path)) yield wholeStart(file, place)
    return
  }
  for (const line of significant(file)) {
    if (!place.line.test(line)) continue
    const isPreload = place.category === 'Preload'
    const entry = entryOf(file, place, line)
    if (!isPreload && !suspicious.test(line)) yield { entry }
    else
      yield {
        entry,
        odd: {
          level: isPreload || handsOut.test(line) ? 'high' : 'medium',
          line,
          why: isPreload
            ? 'A library that is loaded into every program can change what all of them see.'
            : 'It runs something from where everybody may write, from the network, or hands a shell out.',
        },
      }
  }
}

function isPlaceholder(path: string): boolean {
  return /\/(?:\.placeholder|README|\.SEQ)$/.test(path)
}

/** Scripts of packages read from /tmp and run python: only what hands a shell out is odd in a whole script. */
function wholeStart(file: LinuxFile, place: LinuxPlace): LinuxStart {
  const entry = { ...entryOf(file, place, file.path), image: file.path }
  for (const line of significant(file)) {
    if (handsOut.test(line) && suspicious.test(line))
      return {
        entry,
        odd: {
          level: 'high',
          line,
          why: 'A line of it runs something from the network, or hands a shell out.',
        },
      }
  }
  return { entry }
}

function* significant({ source, notes }: LinuxFile): Generator<string, void, undefined> {
  let left = maxLines
  for (const { text } of linesOf(source, notes)) {
    if ((left -= 1) < 0) return
    const line = text.trim()
    if (line !== '' && !line.startsWith('#')) yield line
  }
}

function entryOf({ path, modified = '' }: LinuxFile, place: LinuxPlace, line: string): StartEntry {
  const isKey = place.category === 'SSH keys'
  const user =
    /^\/(?:home\/([^/]+)|(root))\//.exec(path) ?? /^\/var\/spool\/cron\/(?:\w+\/)?([^/]+)$/.exec(path)
  const name = user?.[1] ?? user?.[2]
  return {
    category: place.category,
    key: path,
    entry: path.slice(path.lastIndexOf('/') + 1),
    command: (isKey ? line.replace(/ (AAAA\S{8})\S+/, ' $1…') : line).slice(0, maxCommand),
    image: isKey ? '' : programIn(line),
    time: modified,
    ...(name === undefined ? {} : { user: name }),
    isEnabled: true,
    isUsual: false,
    technique: place.technique,
  }
}

/** The first absolute path that is written there; the step of a schedule (every five minutes) is none. */
function programIn(line: string): string {
  return /(?:^|[\s=@!:+"'-])(\/[^\s;|&<>"',]{1,1024})/.exec(line)?.[1] ?? ''
}
