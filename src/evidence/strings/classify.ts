// Which bytes of a block are printable ASCII, and which are zero, a bit each: sixteen bytes at a time by SIMD instructions of WebAssembly. The
// module is one loop, small enough to be written down as its instructions (WebAssembly core specification 2.0, chapter 5).

const pageBytes = 65_536
const bytesAWord = 32

export interface Classifier {
  /** To be filled by the caller; at least `blockBytes` long. */
  readonly bytes: Uint8Array
  /** Valid after `classify`: bit n of word m is about byte 32m + n. */
  readonly printable: Int32Array
  readonly zero: Int32Array
  /** The first `end` bytes; returns how many words of bits there are. Bits behind the end are 0. */
  classify(end: number): number
}

export function createClassifier(blockBytes: number): Classifier {
  const size = bytesAWord * Math.ceil(blockBytes / bytesAWord)
  const maskBytes = size / 8
  const memory = new Memory({ initial: Math.ceil((size + 2 * maskBytes) / pageBytes) })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { env: { memory } })
  const { classify } = exports as {
    readonly classify: (from: number, to: number, printable: number, zero: number) => void
  }
  const printable = new Int32Array(memory.buffer, size, maskBytes / 4)
  const zero = new Int32Array(memory.buffer, size + maskBytes, maskBytes / 4)
  return {
    bytes: new Uint8Array(memory.buffer, 0, size),
    printable,
    zero,
    classify(end) {
      const count = Math.ceil(end / bytesAWord)
      if (count === 0) return 0
      classify(0, count * bytesAWord, size, size + maskBytes)
      const rest = end % bytesAWord
      if (rest > 0) {
        const kept = 2 ** rest - 1
        printable[count - 1] = (printable[count - 1] ?? 0) & kept
        zero[count - 1] = (zero[count - 1] ?? 0) & kept
      }
      return count
    },
  }
}

/** The engine's description of WebAssembly knows only memory that threads share; this one belongs to one scanner. */
const Memory = WebAssembly.Memory as unknown as new (options: { initial: number }) => WebAssembly.Memory & {
  readonly buffer: ArrayBuffer
}

function section(id: number, ...contents: readonly number[]): number[] {
  return [id, contents.length, ...contents]
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text, 'latin1')]
}

const i32 = 0x7f
const [from, to, printable, zero] = [0, 1, 2, 3]
const localGet = (index: number): number[] => [0x20, index]
const simd = (operation: number): number[] => [0xfd, operation]
/** v128.const with the same byte in all lanes. */
const all = (byte: number): number[] => [...simd(0x0c), ...Array.from({ length: 16 }, () => byte)]
/** v128.load of the sixteen bytes at `from`. */
const load = [...localGet(from), ...simd(0x00), 0, 0]
const bitmask = simd(0x64)
const store16 = [0x3b, 0, 0]
/** i32.const (below 64), i32.add, local.set. */
const advance = (local: number, by: number): number[] => [...localGet(local), 0x41, by, 0x6a, 0x21, local]

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const [sub, lessUnsigned, equal, or] = [simd(0x71), simd(0x26), simd(0x23), simd(0x50)]
  const body = [
    0x03,
    0x40,
    // (byte - 0x20) < 0x5f, unsigned, or a tab
    ...localGet(printable),
    ...load,
    ...all(0x20),
    ...sub,
    ...all(0x5f),
    ...lessUnsigned,
    ...load,
    ...all(0x09),
    ...equal,
    ...or,
    ...bitmask,
    ...store16,
    ...localGet(zero),
    ...load,
    ...all(0),
    ...equal,
    ...bitmask,
    ...store16,
    ...advance(from, 16),
    ...advance(printable, 2),
    ...advance(zero, 2),
    // br_if from < to
    ...localGet(from),
    ...localGet(to),
    0x49,
    0x0d,
    0x00,
    0x0b,
    0x0b,
  ]
  // One function without locals of its own; its size takes two bytes of LEB128.
  const code = [0, ...body]
  const sized = [1, (code.length & 0x7f) | 0x80, code.length >> 7, ...code]
  return Uint8Array.from([
    ...Buffer.from('0061736d01000000', 'hex'),
    ...section(1, 1, 0x60, 4, i32, i32, i32, i32, 0),
    ...section(2, 1, ...name('env'), ...name('memory'), 2, 0, 1),
    ...section(3, 1, 0),
    ...section(7, 1, ...name('classify'), 0, 0),
    10,
    (sized.length & 0x7f) | 0x80,
    sized.length >> 7,
    ...sized,
  ])
}
