// What the two formats of ALZip, alz and egg, have in common.

export { type ContinuedPart, joinedSource } from './joined-source.ts'
export { decodeKoreanName } from './name.ts'
export { passwordBytes } from './password.ts'
export { brokenCodec, type Piece, PiecesDecoder, type ReportPiece } from './pieces.ts'
