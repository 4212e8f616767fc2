// The interface of every container and document format; formats/index.ts is the table of all of them.

import type { ReasonCode } from '../../model/index.ts'
import type { Budget } from '../limits.ts'
import type { Language, ScanObject } from '../scan-object.ts'
import type { ByteSource } from '../source/byte-source.ts'

export interface Member {
  /** As the container spells it, decoded for display; it is never used as a path. */
  readonly name: string
  readonly source: ByteSource
  /** Where the container says what it is: a macro's text says nothing of it itself. */
  readonly language?: Language
  /** A disk or a part of one: what counts are the files on it, so a large one is not searched itself. */
  readonly isDisk?: boolean
}

export type MemberFault = Extract<
  ReasonCode,
  'encrypted' | 'unsupported-method' | 'damaged' | 'missing-volume'
>

export interface UnpackContext {
  readonly budget: Budget
  /** Tried in order on encrypted members. */
  readonly passwords: readonly string[]
  /** Notes what could not be read; may be called at any time, also while a yielded source is being read. */
  fault(memberName: string, code: MemberFault, message: string): void
}

export interface Format {
  /** As the user sees it: `zip`, `gzip`, `tar`. */
  readonly id: string
  /**
   * `archive`: has named members. `stream`: wraps exactly one object; a container inside it adds no link of
   * its own to the chain (`a.tar.gz → b`, not `a.tar.gz → a.tar → b`).
   * `search`: looks for what begins anywhere in the bytes. Each member reaches as far as it may, and the search has gone on
   * behind it; so what such a member's own format calls `trailing-data` or `overlay` is not looked at again.
   */
  readonly kind: 'archive' | 'stream' | 'search'
  /**
   * By content only, never by name. Cheap: called for every object. `opened`: ids of the formats before it in the table
   * that take the object.
   */
  matches(object: ScanObject, opened?: readonly string[]): boolean
  /**
   * The readable members, in the container's order. Every offset and length in the object is hostile. Damage
   * goes to `context.fault`; a LimitReached of the budget passes through.
   */
  members(object: ScanObject, context: UnpackContext): Iterable<Member>
}
