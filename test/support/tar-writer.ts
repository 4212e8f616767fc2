// Writes tar archives block by block; every field can be wrong.

export interface TarMember {
  readonly name: string
  readonly data?: Uint8Array | string
  readonly type?: string
  /** What the header says; by default the truth. */
  readonly size?: number
  readonly linkName?: string
  readonly magic?: 'ustar' | 'gnu' | 'v7'
  readonly prefix?: string
  readonly isBase256?: boolean
  readonly isSignedSum?: boolean
  readonly hasBadSum?: boolean
}

export function tarBlock(member: TarMember): Uint8Array {
  const block = Buffer.alloc(512)
  const data = Buffer.from(member.data ?? '')
  const size = member.size ?? data.length
  block.write(member.name.slice(0, 100), 0, 'latin1')
  block.write('0000644\0', 100, 'latin1')
  block.write('0000000\0'.repeat(2), 108, 'latin1')
  if (member.isBase256 === true) {
    block[124] = 0x80
    block.writeBigUInt64BE(BigInt(size), 128)
  } else block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  block.write('00000000000\0', 136, 'latin1')
  block.write(member.type ?? '0', 156, 'latin1')
  block.write(member.linkName ?? '', 157, 'latin1')
  if (member.magic === 'gnu') block.write('ustar  \0', 257, 'latin1')
  else if (member.magic !== 'v7') block.write('ustar\x0000', 257, 'latin1')
  block.write(member.prefix ?? '', 345, 'latin1')
  block.write('        ', 148, 'latin1')
  let sum = 0
  for (const byte of block) sum += member.isSignedSum === true ? (byte << 24) >> 24 : byte
  if (member.hasBadSum === true) sum++
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

export function tarOf(members: readonly TarMember[], options: { endBlocks?: number } = {}): Uint8Array {
  const parts: Uint8Array[] = []
  for (const member of members) {
    const data = Buffer.from(member.data ?? '')
    parts.push(tarBlock(member), data, Buffer.alloc((512 - (data.length % 512)) % 512))
  }
  return new Uint8Array(Buffer.concat([...parts, Buffer.alloc(512 * (options.endBlocks ?? 2))]))
}

/** The content of a pax header, each record with its own length in front. */
export function paxRecords(records: Readonly<Record<string, string>>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`
      let length = Buffer.byteLength(rest) + 1
      while (String(length).length + Buffer.byteLength(rest) !== length) length++
      return `${length}${rest}`
    })
    .join('')
}
