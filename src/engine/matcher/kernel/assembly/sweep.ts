// The matcher's first pass, in AssemblyScript: every 4-byte window of a block is hashed into a bitmap; where a bit is
// set, the window is looked up exactly, and eight bytes around it are compared with each pattern that has it. What is
// left comes out as candidates. Bytes are folded (bit 0x20 set), so that one atom serves both cases of a letter.

/** One job, in memory: u32 fields in this order; matcher/kernel/job.ts writes them. */
const DATA: usize = 0 // first byte to look at; margins before and after it are readable
const LENGTH: usize = 4
const BITMAP: usize = 8
const SHIFT: usize = 12
const PAIRS: usize = 16 // bitmap of 2-byte windows, or 0 when no atom is that short
const SLOTS: usize = 20
const SLOT_MASK: usize = 24
const LISTS: usize = 28
const CHECKS: usize = 32
const PROFILE: usize = 36 // one bit
const DONE: usize = 40 // one byte a pattern: nothing more to find
const OUT: usize = 44 // pairs of position (from DATA) and check
const OUT_CAPACITY: usize = 48 // pairs
const HELD: usize = 52 // room for the windows of one block
const BLOCK: usize = 56 // where the block at hand begins; resumed there
const HELD_COUNT: usize = 60
const HELD_NEXT: usize = 64
const LIST_NEXT: usize = 68 // inside a list, or 0
const ATOM_SIZE: usize = 72 // the size being looked up
const SIEVE: usize = 80 // second bitmap of 4-byte windows, hashed otherwise
const PAIR_TABLES: usize = 76 // four tables of sixteen bytes; see collectPairs

/** Windows looked at before their hits are followed up. */
const blockBytes: i32 = 4096

const folded: u32 = 0x20202020
/** Keep in step with matcher/layout.ts. */
const sieveBits: u32 = 19

// A slot: folded atom, then (list << 2 | 4 − size), 0 when empty. Keep in step with matcher/compile/tables.ts.
const slotBytes: u32 = 8
// A check: value u64, mask u64, distance i32, pattern u32, profiles u32, flags u32.
const checkBytes: u32 = 32
const isXor: u32 = 1
const lastOfList: u32 = 0x80000000
/** Marks a position held for its 2-byte window. */
const short: u32 = 0x80000000

// @ts-ignore: decorator
@inline
function hash(window: u32): u32 {
  return window * 0x9e3779b1
}

/** For the sieve: another hash, so that what the bitmap took for an atom by mistake is mostly seen here. */
// @ts-ignore: decorator
@inline
function sieveHash(window: u32): u32 {
  return (window * 0x85ebca6b) >> (32 - sieveBits)
}

// @ts-ignore: decorator
@inline
function bit(bitmap: usize, index: u32): u32 {
  return (load<u32>(bitmap + ((index >> 5) << 2)) >> (index & 31)) & 1
}

/** Runs or resumes the job. Returns the number of candidates; `BLOCK` = `LENGTH` when the whole length is done. */
export function sweep(job: usize): i32 {
  const length = load<u32>(job, LENGTH)
  let found: i32 = 0
  while (true) {
    found = followUp(job, found)
    if (found < 0) return ~found
    const block = load<u32>(job, BLOCK)
    if (block >= length) return found
    const count = min(length - block, blockBytes)
    // Nothing to follow up: on to the next block.
    if (collect(job, block, count) === 0) store<u32>(job, block + count, BLOCK)
  }
}

/** Fills HELD with the positions of one block whose window may be an atom; returns how many they are. */
function collect(job: usize, block: u32, count: u32): u32 {
  const data: usize = load<u32>(job, DATA) + block
  const held: usize = load<u32>(job, HELD)
  const bitmap: usize = load<u32>(job, BITMAP)
  const shift = load<u32>(job, SHIFT)
  let n: u32 = 0
  // Written always and kept only with a hit: no branch to guess wrong. Up to three positions too many are harmless.
  for (let i: u32 = 0; i < count; i += 4) {
    const bytes: u64 = load<u64>(data + i) | 0x2020202020202020
    store<u32>(held + (n << 2), i)
    n += bit(bitmap, hash(<u32>bytes) >> shift)
    store<u32>(held + (n << 2), i + 1)
    n += bit(bitmap, hash(<u32>(bytes >> 8)) >> shift)
    store<u32>(held + (n << 2), i + 2)
    n += bit(bitmap, hash(<u32>(bytes >> 16)) >> shift)
    store<u32>(held + (n << 2), i + 3)
    n += bit(bitmap, hash(<u32>(bytes >> 24)) >> shift)
  }
  const pairs: usize = load<u32>(job, PAIRS)
  if (pairs) n = collectPairs(load<u32>(job, PAIR_TABLES), pairs, data, count, held, n)
  store<u32>(job, n, HELD_COUNT)
  store<u32>(job, 0, HELD_NEXT)
  store<u32>(job, 0, LIST_NEXT)
  store<u32>(job, 4, ATOM_SIZE)
  return n
}

/**
 * The same for 2-byte windows, sixteen at a time: each half of each of the two bytes says which of eight groups of
 * atoms it could belong to; a window whose four halves agree on a group is looked up in the bitmap.
 */
function collectPairs(tables: usize, pairs: usize, data: usize, count: u32, held: usize, before: u32): u32 {
  const firstLow = v128.load(tables)
  const firstHigh = v128.load(tables, 16)
  const secondLow = v128.load(tables, 32)
  const secondHigh = v128.load(tables, 48)
  const nibble = i8x16.splat(0x0f)
  const none = i8x16.splat(0)
  let n = before
  for (let i: u32 = 0; i < count; i += 16) {
    const first = v128.load(data + i)
    const second = v128.load(data + i, 1)
    const groups = v128.and(
      v128.and(
        i8x16.swizzle(firstLow, v128.and(first, nibble)),
        i8x16.swizzle(firstHigh, i8x16.shr_u(first, 4)),
      ),
      v128.and(
        i8x16.swizzle(secondLow, v128.and(second, nibble)),
        i8x16.swizzle(secondHigh, i8x16.shr_u(second, 4)),
      ),
    )
    let windows = i8x16.bitmask(i8x16.ne(groups, none))
    while (windows) {
      const at = i + <u32>ctz(windows)
      windows &= windows - 1
      store<u32>(held + (n << 2), at | short)
      n += bit(pairs, <u32>load<u16>(data + at) | 0x2020)
    }
  }
  return n
}

/** Looks up what HELD has left. Returns ~candidates when the room for them is full, else their number. */
function followUp(job: usize, before: i32): i32 {
  let found = before
  const count = load<u32>(job, HELD_COUNT)
  if (count === 0) return found
  const held: usize = load<u32>(job, HELD)
  const block = load<u32>(job, BLOCK)
  const data: usize = load<u32>(job, DATA) + block
  const capacity = <i32>load<u32>(job, OUT_CAPACITY)
  const out: usize = load<u32>(job, OUT)
  const lists: usize = load<u32>(job, LISTS)
  const checks: usize = load<u32>(job, CHECKS)
  const profile = load<u32>(job, PROFILE)
  const done: usize = load<u32>(job, DONE)
  const sieve: usize = load<u32>(job, SIEVE)
  let list = load<u32>(job, LIST_NEXT)
  let size = load<u32>(job, ATOM_SIZE)
  for (let next = load<u32>(job, HELD_NEXT); next < count; next++) {
    const entry = load<u32>(held + (next << 2))
    const i = entry & ~short
    const window = load<u32>(data + i) | folded
    // A hit of the bitmap is an atom of four bytes or of three; a hit of the pairs is one of two.
    if (list === 0) {
      size = (entry & short) !== 0 ? 2 : 4
      if (size === 4 && !bit(sieve, sieveHash(window))) continue
    }
    for (;;) {
      if (list === 0) list = lookUp(job, window, size)
      if (list !== 0) {
        for (;;) {
          const word = load<u32>(lists + (list << 2))
          const check: usize = checks + (word & 0x7fffffff) * checkBytes
          if (
            (load<u32>(check, 24) & profile) !== 0 &&
            load<u8>(done + load<u32>(check, 20)) === 0 &&
            fits(check, data + i)
          ) {
            if (found === capacity) {
              store<u32>(job, next, HELD_NEXT)
              store<u32>(job, list, LIST_NEXT)
              store<u32>(job, size, ATOM_SIZE)
              return ~found
            }
            const at = out + (found << 3)
            store<u32>(at, block + i)
            store<u32>(at, word & 0x7fffffff, 4)
            found++
          }
          if (word & lastOfList) break
          list++
        }
        list = 0
      }
      if (size !== 4) break
      size = 3
    }
  }
  store<u32>(job, 0, HELD_COUNT)
  store<u32>(job, min(load<u32>(job, LENGTH), block + blockBytes), BLOCK)
  return found
}

/** The list of an atom of this size, or 0. */
function lookUp(job: usize, window: u32, size: u32): u32 {
  const key = size === 4 ? window : window & (0xffffffff >> ((4 - size) << 3))
  const slots: usize = load<u32>(job, SLOTS)
  const mask = load<u32>(job, SLOT_MASK)
  const tag = 4 - size
  let slot = (hash(key) >> 7) & mask
  while (true) {
    const at: usize = slots + slot * slotBytes
    const value = load<u32>(at, 4)
    if (value === 0) return 0
    if (load<u32>(at) === key && (value & 3) === tag) return value >> 2
    slot = (slot + 1) & mask
  }
}

/** Whether the eight bytes that a pattern wants around its atom are there. */
// @ts-ignore: decorator
@inline
function fits(check: usize, atom: usize): bool {
  const bytes = load<u64>(atom + load<i32>(check, 16))
  const difference = (bytes ^ load<u64>(check)) & load<u64>(check, 8)
  if ((load<u32>(check, 28) & isXor) === 0) return difference === 0
  // The same key at every byte that counts.
  const all = ((bytes ^ load<u64>(check)) & 0xff) * 0x0101010101010101
  return difference === (all & load<u64>(check, 8))
}
