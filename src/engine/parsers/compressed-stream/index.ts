// What compressed streams (gzip, xz, zstd …) have in common: one object inside, whatever it was joined from.

export { compressedMembers, nameInside, type StreamKind } from './compressed-stream.ts'
export type { JoinedReport } from './joined-stream.ts'
