// Inno Setup makes the targets of calls and jumps in programs absolute before it packs them; this makes them relative again.
// Three versions.

export type CallFilterVersion = 4108 | 5200 | 5309

const call = 0xe8
const jump = 0xe9
/** An instruction that would cross a multiple of it was left alone, since 5.2. */
export const callBlockBytes = 0x10000

export function callFilterVersion(version: number): CallFilterVersion {
  if (version < 50_200) return 4108
  return version < 50_309 ? 5200 : 5309
}

export class CallFilter {
  readonly #version: CallFilterVersion
  /** Bytes seen. */
  #count = 0
  #left = 0
  /** 4108: the sum so far. */
  #address = 0

  constructor(version: CallFilterVersion) {
    this.#version = version
  }

  /** Changes the next `callBlockBytes` bytes, or what is left of the file, in place. */
  apply(bytes: Uint8Array): void {
    if (this.#version === 4108) this.#applyOld(bytes)
    else {
      for (let at = 0; at + 5 <= bytes.length; at++) {
        if (bytes[at] !== call && bytes[at] !== jump) continue
        this.#change(bytes, at + 1, this.#count + at + 5)
        at += 4
      }
    }
    this.#count += bytes.length
  }

  /** `next`: where the next instruction is. */
  #change(bytes: Uint8Array, at: number, next: number): void {
    const high = bytes[at + 3]!
    if (high !== 0 && high !== 0xff) return
    const target = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    const distance = (target - next) & 0xffffff
    bytes[at] = distance
    bytes[at + 1] = distance >> 8
    bytes[at + 2] = distance >> 16
    if (this.#version === 5309 && (distance & 0x800000) !== 0) bytes[at + 3] = ~high
  }

  #applyOld(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (this.#left > 0) {
        this.#address += byte
        bytes[at] = this.#address
        this.#address >>>= 8
        this.#left--
      } else if (byte === call || byte === jump) {
        this.#address = -(this.#count + at + 5) >>> 0
        this.#left = 4
      }
    }
  }
}
