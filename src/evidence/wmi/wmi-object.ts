// What is told of a permanent event subscription.

import type { WmiReference } from './reference.ts'

export interface WmiObject {
  readonly kind: 'filter' | 'consumer' | 'binding' | 'timer'
  readonly class: string
  readonly name?: string
  /** E.g. `root\subscription`; the hash of its name where that is not known. Absent without INDEX.BTR. */
  readonly namespace?: string
  /** A remnant is deleted or an older version: no list of records leads to it. */
  readonly state: 'live' | 'remnant'
  /** In OBJECTS.DATA. */
  readonly offset: number
  /** FILETIMEs of the record, the first is that of its last change. */
  readonly timestamps: readonly string[]
  /** SID of who made it. */
  readonly creator?: string
  /** By the names that WMI has. */
  readonly properties: Readonly<Record<string, string | number | boolean>>
  /** Where the properties could not be told apart: all texts of the record. */
  readonly texts?: readonly string[]
  /** Of a binding. */
  readonly consumer?: WmiReference
  readonly filter?: WmiReference
  /** Of a binding whose filter or consumer is there: what is waited for, and what is done then. */
  readonly query?: string
  readonly action?: string
}
