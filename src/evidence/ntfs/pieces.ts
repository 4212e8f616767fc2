// The attributes of one record, each with the record in which it lies.

import { u64, utf16Exactly } from '../fields.ts'
import { type Attribute, eachAttribute } from '../ntfs-record.ts'

/** One attribute as it stands in one record; a large stream has several. */
export interface AttributePiece extends Attribute {
  readonly record: Uint8Array
  /** The cluster of the stream with which it begins; 0 of a resident one. */
  readonly firstCluster: number
}

export function piecesOf(record: Uint8Array): { pieces: AttributePiece[]; isWhole: boolean } {
  const pieces: AttributePiece[] = []
  const isWhole = eachAttribute(record, (attribute) => {
    const firstCluster = attribute.isResident ? 0 : u64(record, attribute.at + 16)
    pieces.push({ ...attribute, record, firstCluster })
  })
  return { pieces, isWhole }
}

export function contentOf({ record, contentAt, contentBytes }: AttributePiece): Uint8Array {
  return record.subarray(contentAt, contentAt + contentBytes)
}

export function textOf(piece: AttributePiece): string {
  return utf16Exactly(contentOf(piece), 0, Math.floor(piece.contentBytes / 2))
}
