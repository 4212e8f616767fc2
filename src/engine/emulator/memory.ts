// The address space of an emulated program: a few regions, the program's image first. 32-bit addresses, little-endian.
// What is not mapped raises MemoryFault, as the processor would; the caller turns it into an exception of the program.

export class MemoryFault extends Error {
  readonly address: number

  constructor(address: number) {
    super('no memory at this address')
    this.address = address
  }
}

export interface Region {
  readonly base: number
  readonly bytes: Uint8Array
  readonly view: DataView
  /** One flag for each page of 4 KiB that the program has written to. */
  readonly dirty: Uint8Array
  /** What it is for. */
  readonly kind: 'program' | 'system' | 'heap'
}

const pageBits = 12

export class Memory {
  readonly regions: Region[] = []
  /** The one that was used last: nearly every access is to the same region as the one before. */
  #last: Region

  constructor(base: number, bytes: Uint8Array) {
    this.#last = this.map(base, bytes, 'program')
  }

  map(base: number, bytes: Uint8Array, kind: Region['kind']): Region {
    const region = {
      base: base >>> 0,
      bytes,
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
      dirty: new Uint8Array((bytes.length >>> pageBits) + 1),
      kind,
    }
    this.regions.push(region)
    return region
  }

  unmap(base: number): void {
    const index = this.regions.findIndex((region) => region.base === base >>> 0)
    // The image stays.
    if (index > 0) this.regions.splice(index, 1)
    this.#last = this.regions[0]!
  }

  /** Undefined: nothing is there. */
  regionAt(address: number): Region | undefined {
    const at = address >>> 0
    return this.regions.find(({ base, bytes }) => at >= base && at - base < bytes.length)
  }

  get writtenPages(): number {
    let pages = 0
    for (const { dirty } of this.regions) for (const flag of dirty) pages += flag
    return pages
  }

  /** The region that has `count` bytes at `address`. */
  #at(address: number, count: number): Region {
    const last = this.#last
    const offset = (address >>> 0) - last.base
    if (offset >= 0 && offset + count <= last.bytes.length) return last
    for (const region of this.regions) {
      const from = (address >>> 0) - region.base
      if (from < 0 || from + count > region.bytes.length) continue
      this.#last = region
      return region
    }
    throw new MemoryFault(address)
  }

  read8(address: number): number {
    const region = this.#at(address, 1)
    return region.bytes[(address >>> 0) - region.base]!
  }

  read16(address: number): number {
    const region = this.#at(address, 2)
    return region.view.getUint16((address >>> 0) - region.base, true)
  }

  /** Signed. */
  read32(address: number): number {
    const region = this.#at(address, 4)
    return region.view.getInt32((address >>> 0) - region.base, true)
  }

  write8(address: number, value: number): void {
    const region = this.#at(address, 1)
    const offset = (address >>> 0) - region.base
    region.bytes[offset] = value
    region.dirty[offset >>> pageBits] = 1
  }

  write16(address: number, value: number): void {
    const region = this.#at(address, 2)
    const offset = (address >>> 0) - region.base
    region.view.setUint16(offset, value, true)
    region.dirty[offset >>> pageBits] = 1
  }

  write32(address: number, value: number): void {
    const region = this.#at(address, 4)
    const offset = (address >>> 0) - region.base
    region.view.setInt32(offset, value, true)
    region.dirty[offset >>> pageBits] = 1
  }

  /** The bytes up to a zero, at most 256, one character for each; what is not mapped ends it. */
  textAt(address: number): string {
    let text = ''
    for (let at = address; text.length < 256; at++) {
      const region = this.regionAt(at)
      const byte = region?.bytes[(at >>> 0) - region.base] ?? 0
      if (byte === 0) break
      text += String.fromCharCode(byte)
    }
    return text
  }
}
