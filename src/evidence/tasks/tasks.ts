// A scheduled task in either of its files.

import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { readJob } from './job.ts'
import type { Task } from './task.ts'
import { readTaskXml } from './task-xml.ts'

const maxBytes = 4 * 1024 * 1024

/** Undefined: this is no scheduled task. */
export function readTask(source: EvidenceSource, notes: Notes): Task | undefined {
  if (source.size > maxBytes) notes.add(`only the first ${maxBytes} bytes are read`)
  const bytes = source.read(0, maxBytes)
  return readJob(bytes, notes) ?? readTaskXml(bytes, notes)
}
