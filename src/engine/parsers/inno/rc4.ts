// RC4, by which Inno Setup before 6.4 encrypts: node:crypto has it no more.

export class Rc4 {
  readonly #state = Uint8Array.from({ length: 256 }, (_, index) => index)
  #first = 0
  #second = 0

  constructor(key: Uint8Array) {
    const state = this.#state
    let other = 0
    for (let index = 0; index < 256; index++) {
      other = (other + state[index]! + key[index % key.length]!) & 0xff
      this.#swap(index, other)
    }
  }

  /** In place. */
  apply(bytes: Uint8Array): void {
    const state = this.#state
    for (let at = 0; at < bytes.length; at++) {
      this.#first = (this.#first + 1) & 0xff
      this.#second = (this.#second + state[this.#first]!) & 0xff
      this.#swap(this.#first, this.#second)
      bytes[at]! ^= state[(state[this.#first]! + state[this.#second]!) & 0xff]!
    }
  }

  #swap(a: number, b: number): void {
    const kept = this.#state[a]!
    this.#state[a] = this.#state[b]!
    this.#state[b] = kept
  }
}
