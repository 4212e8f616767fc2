// What compressed streams (gzip, xz, zstd …) have in common: one object inside, whatever it was joined from.

export { compressedMembers, nameInside } from './compressed-stream.ts'
