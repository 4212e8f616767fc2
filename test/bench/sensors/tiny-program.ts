// The smallest program there is: an ELF header, one segment, and a call of exit(2). What it costs to start is what the
// kernel and the observers cost.

import { writeFileSync } from 'node:fs'

/** exit(0) as the only instructions, by architecture. */
const exitCode: Readonly<Record<string, { machine: number; code: string }>> = {
  x64: { machine: 62, code: 'b83c00000031ff0f05' },
  arm64: { machine: 183, code: 'a80b8052000080d2010000d4' },
}
const headerBytes = 120
const loadedAt = 0x40_0000n

/** Throws on an architecture whose instructions are not known here. */
export function writeTinyProgram(path: string): void {
  const own = exitCode[process.arch]
  if (own === undefined) throw new Error(`there is no smallest program for ${process.arch}`)
  const code = Buffer.from(own.code, 'hex')
  const elf = Buffer.alloc(headerBytes + code.length)
  const length = BigInt(elf.length)
  Buffer.from('7f454c4602010100', 'hex').copy(elf)
  elf.writeUInt16LE(2, 16)
  elf.writeUInt16LE(own.machine, 18)
  elf.writeUInt32LE(1, 20)
  elf.writeBigUInt64LE(loadedAt + BigInt(headerBytes), 24)
  elf.writeBigUInt64LE(64n, 32)
  elf.writeUInt16LE(64, 52)
  elf.writeUInt16LE(56, 54)
  elf.writeUInt16LE(1, 56)
  // One segment: the whole file, readable and executable.
  elf.writeUInt32LE(1, 64)
  elf.writeUInt32LE(5, 68)
  for (const at of [80, 88]) elf.writeBigUInt64LE(loadedAt, at)
  for (const at of [96, 104]) elf.writeBigUInt64LE(length, at)
  elf.writeBigUInt64LE(0x1_0000n, 112)
  code.copy(elf, headerBytes)
  writeFileSync(path, elf, { mode: 0o755 })
}
