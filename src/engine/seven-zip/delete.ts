// Taking members out of a 7z archive with 7-Zip's own `d`: every other entry keeps its order, times and attributes. Packed
// blocks that lose nothing are copied as they are; a solid block that loses a member is packed again.

import type { Budget } from '../limits.ts'
import type { ByteSource } from '../source/byte-source.ts'
import { kinds } from './protocol.ts'
import { startRun } from './run.ts'

export interface Deletion {
  /** As 7-Zip spells it: the name that the format's member has. All members of that name go. */
  readonly name: string
  readonly password?: string
  /** The archive's header is encrypted, and is to stay so. */
  readonly isHeaderEncrypted?: boolean
  /** Takes the new archive. Its beginning comes twice: the header of 32 bytes is written when the rest is known. */
  write(bytes: Uint8Array, position: number): void
}

/** A dictionary of this size packs within the memory that an instance may have; 7-Zip needs about eleven times as much. */
const dictionary = '16m'

const archiveName = 'archive.7z'
const archivePath = `/in/${archiveName}`

/**
 * Writes the archive `source` without one member. Undefined: done; else what went wrong, and what was written is worth
 * nothing. A LimitReached of the budget passes through.
 */
export function deleteFrom7z(source: ByteSource, deletion: Deletion, budget: Budget): string | undefined {
  const { name, password = '', isHeaderEncrypted = false } = deletion
  const options = [
    `-md=${dictionary}`,
    // With an empty password 7-Zip would ask for one.
    ...(password === '' ? [] : [`-p${password}`]),
    ...(isHeaderEncrypted ? ['-mhe=on'] : []),
  ]
  const args = ['d', '-y', '-bd', '-bse1', '-spd', '-t7z', ...options, '--', archivePath, name]
  using run = startRun(source, { args, name: archiveName, isUpdate: true }, budget)
  if (run === undefined) return 'too many archives inside each other'
  let deleted = false
  const said: string[] = []
  for (let message; (message = run.peek()) !== undefined; run.take()) {
    if (message.kind === kinds.data) {
      budget.charge(message.payload.length)
      deletion.write(message.payload, message.value)
    } else if (message.kind === kinds.line) {
      const line = Buffer.from(message.payload).toString()
      deleted ||= /^Delete data from archive: [1-9]/.test(line)
      if (said.length > 0 || /error/i.test(line)) said.push(line)
    }
  }
  if (run.ending === undefined || run.ending.code !== 0 || run.ending.failure !== '') {
    const reason = said.find((line) => line !== '' && !line.endsWith(archivePath))
    return reason ?? 'the archive cannot be written anew'
  }
  return deleted ? undefined : 'no member of that name'
}
