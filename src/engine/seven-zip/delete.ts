// Taking members out of a 7z archive with 7-Zip's own `d`: every other entry keeps its order, times and attributes. Packed
// blocks that lose nothing are copied as they are; a solid block that loses a member is packed again.

import type { Budget } from '../limits.ts'
import type { ByteSource } from '../source/byte-source.ts'
import { Output } from './output.ts'
import { kinds } from './protocol.ts'
import { startRun } from './run.ts'

export interface Deletion {
  /** As 7-Zip spells them: the names that the format's members have. All members of a name go. */
  readonly names: readonly string[]
  readonly password?: string
  /** The archive's header is encrypted, and is to stay so. */
  readonly isHeaderEncrypted?: boolean
}

/** A dictionary of this size packs within the memory that an instance may have; 7-Zip needs about eleven times as much. */
const dictionary = '16m'

const archiveName = 'archive.7z'
const archivePath = `/in/${archiveName}`

/**
 * The archive `source` without some members, in memory; or what went wrong, in a few words. A LimitReached of the budget
 * passes through.
 */
export function deleteFrom7z(source: ByteSource, deletion: Deletion, budget: Budget): Uint8Array | string {
  const { names, password = '', isHeaderEncrypted = false } = deletion
  const options = [
    `-md=${dictionary}`,
    // With an empty password 7-Zip would ask for one.
    ...(password === '' ? [] : [`-p${password}`]),
    ...(isHeaderEncrypted ? ['-mhe=on'] : []),
  ]
  const args = ['d', '-y', '-bd', '-bse1', '-spd', '-t7z', ...options, '--', archivePath, ...names]
  using run = startRun(source, { args, name: archiveName, isUpdate: true }, budget)
  if (run === undefined) return 'too many archives inside each other'
  const output = new Output()
  let deleted = false
  for (let message; (message = run.peek()) !== undefined; run.take()) {
    if (message.kind === kinds.data) budget.charge(message.payload.length)
    else if (message.kind === kinds.line) {
      deleted ||= /^Delete data from archive: [1-9]/.test(Buffer.from(message.payload).toString())
    }
    output.take(message)
  }
  if (output.isTooLarge) return 'it is too large'
  if (run.ending === undefined || run.ending.code !== 0 || run.ending.failure !== '') {
    const reason = output.said.find((line) => line !== '' && !line.endsWith(archivePath))
    return reason ?? 'the archive cannot be written anew'
  }
  return deleted ? output.bytes : 'no member of that name'
}
