// RC4. Our own: OpenSSL 3 keeps it in a provider that is not loaded.

export class Rc4 {
  readonly #state = new Uint8Array(256)
  #i = 0
  #j = 0

  constructor(key: Uint8Array) {
    const state = this.#state
    for (let i = 0; i < 256; i++) state[i] = i
    if (key.length === 0) return
    for (let i = 0, j = 0; i < 256; i++) {
      const byte = state[i]!
      j = (j + byte + key[i % key.length]!) & 255
      state[i] = state[j]!
      state[j] = byte
    }
  }

  /** Encrypts or decrypts the first `length` bytes of `from` to `to`. */
  apply(from: Uint8Array, to: Uint8Array, length: number): void {
    const state = this.#state
    let i = this.#i
    let j = this.#j
    for (let at = 0; at < length; at++) {
      i = (i + 1) & 255
      const a = state[i]!
      j = (j + a) & 255
      const b = state[j]!
      state[i] = b
      state[j] = a
      to[at] = from[at]! ^ state[(a + b) & 255]!
    }
    this.#i = i
    this.#j = j
  }
}

export function rc4(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length)
  new Rc4(key).apply(bytes, out, bytes.length)
  return out
}
