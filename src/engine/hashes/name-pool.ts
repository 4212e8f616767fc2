// The names of a database, front-coded: each says how many bytes it shares with the name before and then the rest.
// Lists number their names, so a name of 23 bytes costs about 5. Every 16th is whole: a look-up decodes at most 16.

/** The longest name that a pool takes. */
export const maxNameBytes = 255

/** Offsets are 32 bits; this leaves room and is far above any list. */
export const maxPoolBytes = 2 ** 31

const perBlock = 16

export interface SharedNames {
  /** Name after name: shared length, rest length, rest. */
  readonly bytes: SharedArrayBuffer
  /** Uint32 offsets of the whole names. */
  readonly blocks: SharedArrayBuffer
}

export interface NamePoolBuilder {
  readonly usedBytes: number
  /** Adds `bytes[start, end)`, at most `maxNameBytes`; returns its id. The name just added before keeps its id. */
  add(bytes: Uint8Array, start: number, end: number): number
  share(): SharedNames
}

export function createNamePool(): NamePoolBuilder {
  let pool = new Uint8Array(4096)
  let used = 0
  let blocks = new Uint32Array(64)
  let count = 0
  const last = new Uint8Array(maxNameBytes)
  let lastLength = -1

  return {
    get usedBytes() {
      return used
    },
    add(bytes, start, end) {
      const length = end - start
      let same = 0
      while (same < length && same < lastLength && last[same] === bytes[start + same]) same++
      if (same === length && length === lastLength) return count - 1
      last.set(bytes.subarray(start + same, end), same)
      lastLength = length
      if (count % perBlock === 0) {
        const block = count / perBlock
        if (block === blocks.length) blocks = new Uint32Array(blocks.buffer.transfer(block * 8))
        blocks[block] = used
        same = 0
      }
      if (used + 2 + length > pool.length) pool = new Uint8Array(pool.buffer.transfer(pool.length * 2))
      pool[used++] = same
      pool[used++] = length - same
      for (let at = same; at < length; at++) pool[used++] = last[at] ?? 0
      return count++
    },
    share() {
      const blockCount = Math.ceil(count / perBlock)
      const shared = {
        bytes: new SharedArrayBuffer(used),
        blocks: new SharedArrayBuffer(blockCount * 4),
      }
      new Uint8Array(shared.bytes).set(pool.subarray(0, used))
      new Uint32Array(shared.blocks).set(blocks.subarray(0, blockCount))
      return shared
    },
  }
}

/** The function from an id to its name. */
export function attachNames(shared: SharedNames): (id: number) => string {
  const pool = new Uint8Array(shared.bytes)
  const blocks = new Uint32Array(shared.blocks)
  return (id) => {
    const name = Buffer.alloc(maxNameBytes)
    let length = 0
    let at = blocks[Math.floor(id / perBlock)] ?? pool.length
    for (let step = id % perBlock; step >= 0 && at < pool.length; step--) {
      const same = pool[at] ?? 0
      const rest = pool[at + 1] ?? 0
      name.set(pool.subarray(at + 2, at + 2 + rest), same)
      length = same + rest
      at += 2 + rest
    }
    return name.toString('utf8', 0, length)
  }
}
