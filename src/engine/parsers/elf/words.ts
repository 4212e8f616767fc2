// Numbers of an ELF file in its byte order and class. Callers check that a record lies inside the file before they read it.

export class Words {
  readonly bytes: Uint8Array
  readonly is64: boolean
  readonly #view: DataView
  readonly #isLittle: boolean

  constructor(bytes: Uint8Array, is64: boolean, byteOrder: 'little' | 'big') {
    this.bytes = bytes
    this.is64 = is64
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#isLittle = byteOrder === 'little'
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.#isLittle)
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.#isLittle)
  }

  u64(at: number): bigint {
    return this.#view.getBigUint64(at, this.#isLittle)
  }

  /** An address, offset or size, as wide as the class says. */
  word(at: number): bigint {
    return this.is64 ? this.u64(at) : BigInt(this.u32(at))
  }

  /** A word as a place in the file: beyond 2^53 it is rounded, and beyond every file either way. */
  place(at: number): number {
    return this.is64 ? Number(this.u64(at)) : this.u32(at)
  }
}
