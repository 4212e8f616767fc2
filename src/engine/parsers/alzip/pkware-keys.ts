// The traditional encryption of PKWARE (APPNOTE 6.1), which alz and egg use as zip does; egg keeps its 12-byte header
// away from the data, so the keys are an object of their own here.

export const pkwareHeaderBytes = 12

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320
  return crc
})

export class PkwareKeys {
  #key0 = 0x12345678
  #key1 = 0x23456789
  #key2 = 0x34567890

  /** The keys behind the encrypted header of 12 bytes; undefined when its last byte says that the password is wrong. */
  static open(password: Uint8Array, header: Uint8Array, checkByte: number): PkwareKeys | undefined {
    if (header.length < pkwareHeaderBytes) return undefined
    const keys = new PkwareKeys()
    for (const byte of password) keys.#update(byte)
    const plain = new Uint8Array(pkwareHeaderBytes)
    keys.decrypt(header, plain)
    return plain.at(-1) === checkByte ? keys : undefined
  }

  /** Fills `out`, which is no longer than `bytes`. */
  decrypt(bytes: Uint8Array, out: Uint8Array): void {
    for (let i = 0; i < out.length; i++) {
      const mixed = (this.#key2 & 0xffff) | 2
      const plain = (bytes[i]! ^ (Math.imul(mixed, mixed ^ 1) >>> 8)) & 0xff
      out[i] = plain
      this.#update(plain)
    }
  }

  #update(byte: number): void {
    this.#key0 = crcTable[(this.#key0 ^ byte) & 0xff]! ^ (this.#key0 >>> 8)
    this.#key1 = (Math.imul(this.#key1 + (this.#key0 & 0xff), 134_775_813) + 1) | 0
    this.#key2 = crcTable[(this.#key2 ^ (this.#key1 >>> 24)) & 0xff]! ^ (this.#key2 >>> 8)
  }
}
