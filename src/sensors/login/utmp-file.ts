// Who is on by utmp: a file of slots that login programs overwrite. Looked at when it has changed; a slot that is zeroed
// while its login lasts hides somebody from `who`.

import { readFileSync, statSync } from 'node:fs'

import { parseUtmp, type UtmpRecord, utmpRecordBytes, utmpTypes } from '../../evidence/logins/index.ts'

const maxUtmpBytes = 4 * 1024 * 1024

export interface UtmpListener {
  /** A login, or the end of one (the record is then of the login). */
  readonly onLogin: (record: UtmpRecord) => void
  readonly onLogout: (record: UtmpRecord) => void
  /** One sentence: what was done to the file. */
  readonly onTampered: (what: string) => void
}

export class UtmpFile {
  readonly #path: string
  readonly #listener: UtmpListener
  #slots: readonly UtmpRecord[] = []
  #stamp = ''

  constructor(path: string, listener: UtmpListener) {
    this.#path = path
    this.#listener = listener
  }

  /** Those who are on. */
  get logins(): readonly UtmpRecord[] {
    return this.#slots.filter((slot) => isLogin(slot))
  }

  /** Reads the file when it has changed. */
  look(): void {
    const there = statSync(this.#path, { bigint: true, throwIfNoEntry: false })
    const stamp = there === undefined ? '' : `${there.ino} ${there.size} ${there.mtimeNs} ${there.ctimeNs}`
    if (stamp === this.#stamp) return
    const isFirst = this.#stamp === ''
    this.#stamp = stamp
    const slots =
      there?.isFile() === true && there.size <= maxUtmpBytes ? parseUtmp(readFileSync(this.#path)) : []
    const before = this.#slots
    this.#slots = slots
    if (!isFirst) this.#compare(before, slots, Number(there?.size ?? 0))
  }

  #compare(before: readonly UtmpRecord[], after: readonly UtmpRecord[], size: number): void {
    // A new boot begins with an empty file; a name that is gone altogether is told too.
    if (after.length < before.length && !isNewBoot(before, after))
      this.#listener.onTampered(`it was cut from ${before.length} to ${after.length} records`)
    if (size % utmpRecordBytes !== 0)
      this.#listener.onTampered('its size is no multiple of the size of a record')
    for (let slot = 0; slot < Math.max(before.length, after.length); slot += 1)
      this.#compareSlot(before[slot], after[slot], slot)
  }

  #compareSlot(before: UtmpRecord | undefined, after: UtmpRecord | undefined, slot: number): void {
    if (before !== undefined && after !== undefined && isSame(before, after)) return
    if (before !== undefined && isLogin(before)) {
      if (after?.type === utmpTypes.empty && after.user === '' && after.line === '')
        this.#listener.onTampered(`the login of ${before.user} on ${before.line} (slot ${slot}) was wiped`)
      else if (after !== undefined)
        this.#listener.onLogout({ ...before, timeMs: Math.max(before.timeMs, after.timeMs) })
    }
    if (after !== undefined && isLogin(after)) this.#listener.onLogin(after)
  }
}

function isLogin({ type, user }: UtmpRecord): boolean {
  return type === utmpTypes.userProcess && user !== ''
}

function isSame(one: UtmpRecord, other: UtmpRecord): boolean {
  return (
    one.type === other.type &&
    one.pid === other.pid &&
    one.timeMs === other.timeMs &&
    one.user === other.user &&
    one.line === other.line
  )
}

function isNewBoot(before: readonly UtmpRecord[], after: readonly UtmpRecord[]): boolean {
  const boot = (slots: readonly UtmpRecord[]): number =>
    slots.find(({ type }) => type === utmpTypes.bootTime)?.timeMs ?? 0
  return boot(after) > boot(before)
}
