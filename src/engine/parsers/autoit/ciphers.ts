// The two generators by which AutoIt hides what it compiles: bytes are combined with the generator's by XOR.

const words = 624
const middle = 397

/** EA05: MT19937 of Matsumoto and Nishimura; each number gives its bits 1 to 8. */
export function decryptEa05(bytes: Uint8Array, seed: number): void {
  const state = new Uint32Array(words)
  state[0] = seed
  for (let at = 1; at < words; at++) {
    const previous = state[at - 1]!
    state[at] = Math.imul(0x6c078965, previous ^ (previous >>> 30)) + at
  }
  let next = words
  for (let at = 0; at < bytes.length; at++) {
    if (next === words) {
      regenerate(state)
      next = 0
    }
    let number = state[next++]!
    number ^= number >>> 11
    number ^= (number << 7) & 0x9d2c5680
    number ^= (number << 15) & 0xefc60000
    number ^= number >>> 18
    bytes[at]! ^= (number >>> 1) & 0xff
  }
}

function regenerate(state: Uint32Array): void {
  for (let at = 0; at < words; at++) {
    const mixed = (state[at]! & 0x80000000) | (state[(at + 1) % words]! & 0x7fffffff)
    state[at] = state[(at + middle) % words]! ^ (mixed >>> 1) ^ ((mixed & 1) * 0x9908b0df)
  }
}

const ranrotWords = 17
const ranrotWarmUp = 9

/** EA06: RANROT of type B by Agner Fog; of each second number the highest byte. */
export function decryptEa06(bytes: Uint8Array, seed: number): void {
  const state = new Uint32Array(ranrotWords)
  let filling = seed & 0xffff
  for (let at = 0; at < ranrotWords; at++) {
    filling = 1 - Math.imul(filling, 0x53a9b4fb)
    state[at] = filling
  }
  let first = 0
  let second = 10
  const step = (): number => {
    const sum = (rotated(state[first]!, 9) + rotated(state[second]!, 13)) >>> 0
    state[first] = sum
    first = first === 0 ? ranrotWords - 1 : first - 1
    second = second === 0 ? ranrotWords - 1 : second - 1
    return sum
  }
  for (let count = 0; count < ranrotWarmUp; count++) step()
  for (let at = 0; at < bytes.length; at++) {
    step()
    bytes[at]! ^= step() >>> 24
  }
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}
