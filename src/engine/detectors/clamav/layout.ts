// The layout of compiled ClamAV signatures in the database's image, for those who write it and those who read it.

import type {
  ByteCompareSubsignature,
  HashList,
  Logic,
  Mark,
  Offset,
  PcreSubsignature,
  Range,
  TargetDescription,
} from './database/index.ts'
import type { HashKind } from '../../hashes/kinds.ts'

/** 32-bit words of one signature. Signatures are numbered in the order in which ClamAV loads them. */
export const signatureWords = 4

export const signatureField = {
  /** Offset and length in `clamavText` of what it says (JSON, see the Stored… types). */
  detail: 0,
  detailLength: 1,
  kind: 2,
  /** The target type, 0 to 14; of a file type signature 0. */
  target: 3,
} as const

export const signatureKind = { body: 0, logical: 1, fileType: 2 } as const

/** Gaps, distances and shifts that have no end have this one: JSON knows no infinity. */
export const endless = 0xffff_ffff

export interface StoredAnchor {
  /** The bytes that may stand there; eight words. */
  readonly set: readonly number[]
  readonly distance: Range
}

export interface StoredPart {
  /** The matcher's number. */
  readonly pattern: number
  /** Missing: none. */
  readonly gap?: Range
  readonly before?: StoredAnchor
  readonly after?: StoredAnchor
  readonly left?: Mark
  readonly right?: Mark
}

export interface StoredBody {
  readonly wide?: true
  readonly parts: readonly StoredPart[]
}

export interface StoredBodySignature {
  readonly name: string
  /** Missing: any. */
  readonly offset?: Offset
  readonly body: StoredBody
  /** ClamAV looks for it with the one of its two matchers that it asks first. */
  readonly plain?: true
  /** Of several signatures ClamAV prints the one noticed first. */
  readonly notice: StoredNotice
}

/** Where ClamAV notices a signature: at the end of a few fixed bytes of its last part. */
export interface StoredNotice {
  /** Bytes from the start of that part. */
  readonly at: number
  /** How many fixed bytes they are. */
  readonly depth: number
}

export type StoredSubsignature =
  | {
      readonly kind: 'content'
      readonly offset: Offset
      readonly bodies: readonly StoredBody[]
      /** Whether it occurs is enough. */
      readonly once: boolean
    }
  | { readonly kind: 'never' }
  | { readonly kind: 'macro'; readonly distance: Range; readonly group: number }
  | PcreSubsignature
  | StoredByteCompare

export interface StoredByteCompare extends Omit<ByteCompareSubsignature, 'comparisons'> {
  /** Values in decimal: they have 64 bits. */
  readonly comparisons: readonly { readonly symbol: '<' | '>' | '='; readonly value: string }[]
}

export interface StoredLogical {
  readonly name: string
  readonly description: TargetDescription
  readonly logic: Logic
  readonly subsignatures: readonly StoredSubsignature[]
}

/** A file type signature that may lie anywhere in the file. */
export interface StoredFileType {
  readonly required: string
  readonly detected: string
  readonly offset: Offset
  readonly body: StoredBody
}

/** Bytes at a place in the first kilobyte that say what a file is. */
export interface StoredMagic {
  readonly offset: number
  /** Hexadecimal. */
  readonly bytes: string
  readonly detected: string
}

export interface StoredContainer {
  readonly name: string
  readonly type: string
  readonly containerSize?: Range
  readonly fileName?: string
  readonly realSize?: Range
}

/** What there is only one of; JSON in `clamavAbout`. */
export interface StoredAbout {
  /** The first that fits counts. */
  readonly magics: readonly StoredMagic[]
  readonly containers: readonly StoredContainer[]
  /** Logical signatures that can hold where nothing of them was found. */
  readonly always: readonly number[]
  /** Signatures whose matches say where a macro group occurs, by group and target. */
  readonly macros: readonly StoredMacro[]
  /** Some signature for text is relative to the end: then ClamAV treats the normalised text as a file of its own. */
  readonly hasRelativeText: boolean
}

export interface StoredMacro {
  readonly group: number
  readonly target: number
  readonly body: StoredBody
}

/** The names of the columns of one table of hashes; see hash-table.ts. */
export function hashColumns(list: HashList, kind: HashKind): Readonly<Record<HashColumn, string>> {
  const table = `clamav-${list}-${kind}`
  return {
    sizes: `${table}-sizes`,
    starts: `${table}-starts`,
    digests: `${table}-digests`,
    names: `${table}-names`,
  }
}

export type HashColumn = 'sizes' | 'starts' | 'digests' | 'names'

export const hashLists = ['file', 'section', 'imports', 'allowed'] as const satisfies readonly HashList[]

/** In the name column: the database was not signed by ClamAV's makers; see `printedName`. The rest is the name's id. */
export const unofficialBit = 0x8000_0000
