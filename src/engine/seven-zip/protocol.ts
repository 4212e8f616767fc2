// The memory that a scanning thread shares with its 7-Zip thread: a few words, a window through which the archive's
// bytes go in, and a ring in which everything that 7-Zip says and extracts comes out, in order.

export const layout = {
  /** Words (Int32). Bytes in the ring that the scanning thread has not taken yet. */
  used: 0,
  /** Not 0: the run is to end; every call of 7-Zip into its file system throws. */
  stop: 1,
  /** Items before this number are not wanted: their bytes are dropped. */
  skipBelow: 2,
  /** 0: none yet; n > 0: n - 1 bytes lie in the window; -1: the run is to end. */
  reply: 3,
  windowAt: 64,
  windowBytes: 256 * 1024,
  ringAt: 64 + 256 * 1024,
  ringBytes: 1024 * 1024,
  /** Kind and length (u32), a number (f64): where to read, an exit code. */
  headerBytes: 16,
  /** The longest payload of one message. */
  pieceBytes: 128 * 1024,
  /** The archive is read and kept in blocks; runs of them in one request. */
  blockBytes: 32 * 1024,
  keptBlocks: 64,
  blocksAhead: 8,
  /** Bytes of what 7-Zip prints in one line that are passed on. */
  longestLine: 16 * 1024,
  /** emscripten's number for ENOENT. */
  errorMissing: 44,
} as const

export type Layout = typeof layout

export const sharedBytes = layout.ringAt + layout.ringBytes

/** `data`: bytes and where in the file they belong. `item`: an entry begins (number 1: its bytes follow, 0: it has none); `link`: the last one was a symbolic link. */
export const kinds = {
  pad: 0,
  data: 1,
  read: 2,
  item: 3,
  end: 4,
  link: 5,
  line: 6,
  done: 7,
} as const

export type Kinds = typeof kinds

/** What one call of 7-Zip is to do. */
export interface Command {
  readonly args: readonly string[]
  /** Base name of the archive in 7-Zip's own file system, and its length. */
  readonly name: string
  readonly size: number
  /** The archive is to be written anew: what is written need not come in order, and goes with its position. */
  readonly isUpdate?: boolean
}

/** What the thread gets when it starts. */
export interface ThreadData {
  readonly module: WebAssembly.Module
  readonly memory: SharedArrayBuffer
  readonly layout: Layout
  readonly kinds: Kinds
}
