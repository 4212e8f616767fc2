// Tickets of sudo (sudoers_timestamp(5)): who gave a password lately, where, and until when nobody asks again. Records of version 2
// on 64-bit Linux.

export interface SudoTicket {
  readonly type: 'global' | 'terminal' | 'parent' | 'lock' | 'unknown'
  /** Not valid any more (`sudo -k`). */
  readonly disabled: boolean
  readonly auth_uid: number
  readonly session: number
  /** When the session leader or the parent began, seconds of the clock that runs since boot. */
  readonly session_start_s: number
  /** When the password was given, on the same clock. */
  readonly authenticated_s: number
  /** Device of the terminal, or the parent's number. */
  readonly terminal: number | null
  readonly parent_pid: number | null
}

const recordBytes = 56
const field = {
  version: 0,
  size: 2,
  type: 4,
  flags: 6,
  uid: 8,
  session: 12,
  start: 16,
  time: 32,
  place: 48,
} as const
const types = ['unknown', 'global', 'terminal', 'parent', 'lock'] as const
const disabledFlag = 0x1
const maxRecords = 10_000

/** Ends at a record that lies about its size; other versions give none. */
export function parseSudoTickets(bytes: Buffer): SudoTicket[] {
  const tickets: SudoTicket[] = []
  for (let at = 0; at + field.type <= bytes.length && tickets.length < maxRecords;) {
    const size = bytes.readUInt16LE(at + field.size)
    if (size < recordBytes || at + size > bytes.length) break
    if (bytes.readUInt16LE(at + field.version) === 2) tickets.push(ticketAt(bytes, at))
    at += size
  }
  return tickets
}

function ticketAt(bytes: Buffer, at: number): SudoTicket {
  const type = types[bytes.readUInt16LE(at + field.type)] ?? 'unknown'
  return {
    type,
    disabled: (bytes.readUInt16LE(at + field.flags) & disabledFlag) !== 0,
    auth_uid: bytes.readUInt32LE(at + field.uid),
    session: bytes.readInt32LE(at + field.session),
    session_start_s: Number(bytes.readBigInt64LE(at + field.start)),
    authenticated_s: Number(bytes.readBigInt64LE(at + field.time)),
    terminal: type === 'terminal' ? Number(bytes.readBigUInt64LE(at + field.place)) : null,
    parent_pid: type === 'parent' ? bytes.readInt32LE(at + field.place) : null,
  }
}
