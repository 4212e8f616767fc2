// LEA, the block cipher of KS X 3246 (TTAK.KO-12.0223): additions, rotations and exclusive ors of 32-bit words. Only
// the encryption of blocks, which is all that a counter mode needs.

const deltas = Int32Array.of(
  0xc3efe9db | 0,
  0x44626b02,
  0x79e27c8a,
  0x78df30ec,
  0x715ea49e,
  0xc785da0a | 0,
  0xe04ef22a | 0,
  0xe5c40957 | 0,
)
const rotations = [1, 3, 6, 11, 13, 17] as const
const wordsOfRound = 6

function rotate(value: number, count: number): number {
  return (value << (count & 31)) | (value >>> (-count & 31))
}

export class Lea {
  readonly #keys: Int32Array
  readonly #rounds: number

  /** A key of 16 or 32 bytes. */
  constructor(key: Uint8Array) {
    const words = new Int32Array(key.length / 4)
    const view = new DataView(key.buffer, key.byteOffset, key.length)
    for (let i = 0; i < words.length; i++) words[i] = view.getInt32(i * 4, true)
    this.#rounds = words.length === 4 ? 24 : 32
    this.#keys = new Int32Array(this.#rounds * wordsOfRound)
    if (words.length === 4) this.#schedule128(words)
    else this.#schedule256(words)
  }

  #schedule128(words: Int32Array): void {
    for (let round = 0; round < this.#rounds; round++) {
      const delta = deltas[round & 3] ?? 0
      for (let i = 0; i < 4; i++) {
        words[i] = rotate(((words[i] ?? 0) + rotate(delta, round + i)) | 0, rotations[i] ?? 0)
      }
      const [a = 0, b = 0, c = 0, d = 0] = words
      this.#keys.set([a, b, c, b, d, b], round * wordsOfRound)
    }
  }

  #schedule256(words: Int32Array): void {
    for (let round = 0; round < this.#rounds; round++) {
      const delta = deltas[round & 7] ?? 0
      for (let i = 0; i < wordsOfRound; i++) {
        const at = (round * wordsOfRound + i) & 7
        words[at] = rotate(((words[at] ?? 0) + rotate(delta, round + i)) | 0, rotations[i] ?? 0)
        this.#keys[round * wordsOfRound + i] = words[at] ?? 0
      }
    }
  }

  /** Encrypts every 16 bytes of `blocks` in place. */
  encrypt(blocks: Uint8Array): void {
    const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.length)
    const keys = this.#keys
    for (let at = 0; at + 16 <= blocks.length; at += 16) {
      let a = view.getInt32(at, true)
      let b = view.getInt32(at + 4, true)
      let c = view.getInt32(at + 8, true)
      let d = view.getInt32(at + 12, true)
      for (let key = 0; key < keys.length; key += wordsOfRound) {
        const first = rotate(((a ^ (keys[key] ?? 0)) + (b ^ (keys[key + 1] ?? 0))) | 0, 9)
        const second = rotate(((b ^ (keys[key + 2] ?? 0)) + (c ^ (keys[key + 3] ?? 0))) | 0, 27)
        const third = rotate(((c ^ (keys[key + 4] ?? 0)) + (d ^ (keys[key + 5] ?? 0))) | 0, 29)
        d = a
        a = first
        b = second
        c = third
      }
      view.setInt32(at, a, true)
      view.setInt32(at + 4, b, true)
      view.setInt32(at + 8, c, true)
      view.setInt32(at + 12, d, true)
    }
  }
}
