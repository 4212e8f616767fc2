// What happened to a file, as the parts of this sensor hand it to each other, and the Event that is made of it.

import type { Stats } from 'node:fs'

import { pathText, printable } from '../../base/text.ts'
import type { Event, EventCategory, EventType, FileInfo, HaechiInfo, ProcessInfo } from '../../model/index.ts'
import type { ProcessTable } from '../process-table.ts'
import { isPackageManager } from './packages.ts'

/** How a change became known. */
export interface Cause {
  /** `fanotify`: as it happened. `scan`: found later, by comparison; nobody knows who did it. */
  readonly provider: 'fanotify' | 'scan'
  /** 0 when unknown. */
  readonly pid: number
  /** Milliseconds since 1970: the change happened in this span. */
  readonly from: number
  readonly to: number
  /** What else there is to say, e.g. that it happened while nobody looked. */
  readonly reason?: string
}

/** What is told of one file. */
export interface Telling {
  readonly kind: 'event' | 'alert'
  readonly category: readonly EventCategory[]
  readonly type: readonly EventType[]
  readonly action: string
  readonly severity: number
  readonly message: string
  readonly reason?: string
  readonly file: FileInfo
  readonly technique?: string
  readonly hx: HaechiInfo
}

const maxAncestors = 6

export class Teller {
  readonly #emit: (event: Event) => void
  readonly #processes: ProcessTable

  constructor(emit: (event: Event) => void, processes: ProcessTable) {
    this.#emit = emit
    this.#processes = processes
  }

  tell(telling: Telling, cause: Cause, stat?: Stats): void {
    const { file, technique, reason, message, hx, ...info } = telling
    const why = [reason, cause.reason].filter((text) => text !== undefined).join('; ')
    const process = this.processOf(cause)
    this.#emit({
      '@timestamp': timeOf(cause, stat),
      event: {
        ...info,
        dataset: 'hx.file',
        provider: cause.provider,
        ...(why === '' ? {} : { reason: why }),
      },
      message:
        process === undefined
          ? message
          : `${message} by ${printable(process.name ?? 'process')} (${process.pid})`,
      ...(process === undefined ? {} : { process }),
      file,
      ...(technique === undefined ? {} : { threat: { technique: { id: [technique] } } }),
      hx,
    })
  }

  processOf(cause: Cause): ProcessInfo | undefined {
    return cause.pid > 0 ? this.#processes.describe(cause.pid) : undefined
  }

  /** Whether a package manager did it, itself or by a script that it ran. */
  isByPackageManager(cause: Cause): boolean {
    let info = this.processOf(cause)
    for (let depth = 0; info !== undefined && depth < maxAncestors; depth++) {
      if (isPackageManager(info.executable)) return true
      const parent: number = info.parent?.pid ?? 0
      info = parent > 1 ? this.#processes.describe(parent) : undefined
    }
    return false
  }
}

/** The kernel gives no time with an event: it is the file's change time, when that lies in the span it happened in. */
function timeOf(cause: Cause, stat: Stats | undefined): string {
  const changed = stat?.ctimeMs ?? cause.to
  const isWithin = changed >= cause.from && changed <= cause.to
  return new Date(isWithin ? changed : cause.to).toISOString()
}

/** A path for a sentence: one line, not too long. */
export function shown(path: string): string {
  const text = printable(pathText(path))
  return text.length > 200 ? `${text.slice(0, 100)}…${text.slice(-99)}` : text
}
