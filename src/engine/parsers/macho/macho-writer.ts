// Writes Mach-O files for tests: a header, load commands, and what they point to at the offsets that the test chooses.

export interface Layout {
  readonly is64: boolean
  readonly order: 'little' | 'big'
}

export interface MachoParts {
  readonly cputype?: number
  readonly cpusubtype?: number
  readonly filetype?: number
  readonly flags?: number
  readonly commands: readonly Buffer[]
  /** What is put at an offset. */
  readonly data?: readonly { readonly at: number; readonly bytes: Uint8Array }[]
}

/** Numbers in the byte order of a file. */
export class MachoWriter {
  readonly layout: Layout

  constructor(layout: Layout) {
    this.layout = layout
  }

  u16(...values: readonly number[]): Buffer {
    return this.#numbers(values, 2)
  }

  u32(...values: readonly number[]): Buffer {
    return this.#numbers(values, 4)
  }

  u64(...values: readonly number[]): Buffer {
    return this.#numbers(values, 8)
  }

  word(...values: readonly number[]): Buffer {
    return this.#numbers(values, this.layout.is64 ? 8 : 4)
  }

  #numbers(values: readonly number[], width: number): Buffer {
    return Buffer.concat(
      values.map((value) => {
        const big = Buffer.from(
          BigInt(value)
            .toString(16)
            .padStart(width * 2, '0'),
          'hex',
        )
        return this.layout.order === 'little' ? Buffer.from(big.toReversed()) : big
      }),
    )
  }

  command(number: number, ...parts: readonly Uint8Array[]): Buffer {
    const payload = Buffer.concat(parts)
    return Buffer.concat([this.u32(number, payload.length + 8), payload])
  }

  segment(
    name: string,
    place: readonly [number, number, number, number],
    sections: readonly Buffer[] = [],
  ): Buffer {
    return this.command(
      this.layout.is64 ? 0x19 : 0x01,
      fixedText(name),
      this.word(...place),
      this.u32(7, 5, sections.length, 0),
      ...sections,
    )
  }

  section(name: string, segment: string, address: number, size: number): Buffer {
    const rest = this.u32(0x1000, 4, 0, 0, 0x8000_0400, 1, 2)
    return Buffer.concat([
      fixedText(name),
      fixedText(segment),
      this.word(address, size),
      rest,
      this.layout.is64 ? this.u32(3) : Buffer.alloc(0),
    ])
  }

  /** A command with a path: where it starts, then what `numbers` holds, then the path, padded. */
  path(number: number, path: string, ...numbers: readonly number[]): Buffer {
    const fields = this.u32(12 + 4 * numbers.length, ...numbers)
    const length = Math.ceil((path.length + 1) / 8) * 8
    return this.command(number, fields, Buffer.alloc(length).fill(path, 0, path.length, 'latin1'))
  }

  symbol(strx: number, type: number, section: number, value: number): Buffer {
    return Buffer.concat([this.u32(strx), Buffer.of(type, section), this.u16(0), this.word(value)])
  }

  file(parts: MachoParts): Buffer {
    const commands = Buffer.concat(parts.commands)
    const header = Buffer.concat([
      this.u32(this.layout.is64 ? 0xfeedfacf : 0xfeedface),
      this.u32(parts.cputype ?? 0x0100_0007, parts.cpusubtype ?? 3, parts.filetype ?? 2),
      this.u32(parts.commands.length, commands.length, parts.flags ?? 0x85),
      this.layout.is64 ? this.u32(0) : Buffer.alloc(0),
    ])
    let file = Buffer.concat([header, commands])
    for (const { at, bytes } of parts.data ?? []) {
      if (file.length < at + bytes.length)
        file = Buffer.concat([file, Buffer.alloc(at + bytes.length - file.length)])
      file.set(bytes, at)
    }
    return file
  }
}

/** A universal file of 32 or 64 bits with the files at multiples of 4096. */
export function universal(
  files: readonly { readonly cputype: number; readonly bytes: Buffer }[],
  is64: boolean,
): Buffer {
  const big = new MachoWriter({ is64, order: 'big' })
  let at = 4096
  const places: { at: number; bytes: Buffer }[] = []
  const header = [big.u32(is64 ? 0xcafebabf : 0xcafebabe, files.length)]
  for (const { cputype, bytes } of files) {
    header.push(
      big.u32(cputype, 3),
      big.word(at, bytes.length),
      big.u32(12),
      is64 ? big.u32(9) : Buffer.alloc(0),
    )
    places.push({ at, bytes })
    at += Math.ceil(bytes.length / 4096) * 4096
  }
  const file = Buffer.alloc(at)
  Buffer.concat(header).copy(file)
  for (const place of places) place.bytes.copy(file, place.at)
  return file
}

/** A code signature: blobs with their magic numbers. */
export function codeSignature(
  blobs: readonly { readonly magic: number; readonly contents: Uint8Array }[],
): Buffer {
  const big = new MachoWriter({ is64: false, order: 'big' })
  const index: Buffer[] = []
  const bodies: Buffer[] = []
  let at = 12 + 8 * blobs.length
  for (const [slot, { magic, contents }] of blobs.entries()) {
    index.push(big.u32(slot, at))
    bodies.push(Buffer.concat([big.u32(magic, contents.length + 8), contents]))
    at += contents.length + 8
  }
  return Buffer.concat([big.u32(0xfade0cc0, at, blobs.length), ...index, ...bodies])
}

export function uleb(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}

function fixedText(text: string): Buffer {
  return Buffer.alloc(16).fill(text, 0, text.length, 'latin1')
}
