// The part that runs in the 7-Zip thread. It is handed over as text (load.ts), so that the thread opens no file: nothing
// here may refer to anything outside of this file except types.

import type { MessagePort } from 'node:worker_threads'

import type { Command, Kinds, Layout, ThreadData } from './protocol.ts'

/** What is used of emscripten's file system. */
interface Node {
  readonly id: number
  readonly name: string
  mode: number
  size: number
  node_ops: object
  stream_ops: object
}

interface Stream {
  readonly node: Node
  position: number
}

/** Arguments of emscripten's `read` and `write`: the heap, where in it, how much, where in the file. */
type Transfer = [stream: Stream, heap: Int8Array, at: number, length: number, position: number]

interface FileSystem {
  ErrnoError: new (code: number) => Error
  createNode(parent: Node | null, name: string, mode: number, device: number): Node
  destroyNode(node: Node): void
  lookupPath(path: string): { readonly node: Node }
  mkdir(path: string): void
  mount(type: { mount(): Node }, options: object, path: string): void
  chdir(path: string): void
}

interface SevenZipProgram {
  readonly FS: FileSystem
  callMain(args: readonly string[]): number | undefined
}

/** The package's own entry point (7zz.umd.js). */
export type Factory = (options: object) => Promise<SevenZipProgram>

/** Thrown through 7-Zip when nobody wants the rest. */
export class Stopped extends Error {}

/** The writing end of the ring. Blocks while it is full. */
export class Ring {
  readonly layout: Layout
  readonly kinds: Kinds
  readonly words: Int32Array
  readonly window: Uint8Array
  readonly #memory: SharedArrayBuffer
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor({ memory, layout, kinds }: ThreadData) {
    this.layout = layout
    this.kinds = kinds
    this.#memory = memory
    this.words = new Int32Array(memory, 0, layout.windowAt >> 2)
    this.window = new Uint8Array(memory, layout.windowAt, layout.windowBytes)
    this.#bytes = new Uint8Array(memory, layout.ringAt, layout.ringBytes)
    this.#view = new DataView(this.#memory, layout.ringAt, layout.ringBytes)
  }

  get isStopped(): boolean {
    return Atomics.load(this.words, this.layout.stop) !== 0
  }

  send(kind: number, value: number, payload?: Uint8Array): void {
    if (this.isStopped && kind !== this.kinds.done) throw new Stopped()
    const { headerBytes, ringBytes } = this.layout
    const size = headerBytes + (((payload?.length ?? 0) + 15) & ~15)
    const room = ringBytes - this.#at
    if (size > room) {
      this.#waitFor(room)
      this.#header(this.kinds.pad, room - headerBytes, 0)
      this.#publish(room)
    }
    this.#waitFor(size)
    this.#header(kind, payload?.length ?? 0, value)
    if (payload !== undefined) this.#bytes.set(payload, this.#at + headerBytes)
    this.#publish(size)
  }

  #header(kind: number, length: number, value: number): void {
    this.#view.setUint32(this.#at, kind, true)
    this.#view.setUint32(this.#at + 4, length, true)
    this.#view.setFloat64(this.#at + 8, value, true)
  }

  #waitFor(size: number): void {
    const { words } = this
    const { used, ringBytes } = this.layout
    for (;;) {
      const now = Atomics.load(words, used)
      if (now + size <= ringBytes) return
      Atomics.wait(words, used, now)
    }
  }

  #publish(size: number): void {
    this.#at = (this.#at + size) % this.layout.ringBytes
    Atomics.add(this.words, this.layout.used, size)
    Atomics.notify(this.words, this.layout.used)
  }

  /** Bytes of the archive, into the window; the view is valid until the next request. */
  request(offset: number, length: number): Uint8Array {
    const { words } = this
    const { reply } = this.layout
    Atomics.store(words, reply, 0)
    const asked = new Uint8Array(4)
    new DataView(asked.buffer).setUint32(0, length, true)
    this.send(this.kinds.read, offset, asked)
    let answer = 0
    while ((answer = Atomics.load(words, reply)) === 0) {
      if (this.isStopped) throw new Stopped()
      Atomics.wait(words, reply, 0)
    }
    if (answer < 0) throw new Stopped()
    return this.window.subarray(0, answer - 1)
  }
}

/** The archive as 7-Zip reads it, through a cache of blocks: it reads headers by a few bytes and looks back often. */
export class ArchiveInput {
  readonly #ring: Ring
  readonly #size: number
  readonly #blocks = new Map<number, Uint8Array>()
  #expected = 0

  constructor(ring: Ring, size: number) {
    this.#ring = ring
    this.#size = size
  }

  read(into: Uint8Array, length: number, position: number): number {
    const { blockBytes } = this.#ring.layout
    const wanted = Math.min(length, Math.max(0, this.#size - position))
    let count = 0
    while (count < wanted) {
      const at = position + count
      const index = Math.floor(at / blockBytes)
      const from = at - index * blockBytes
      const block = this.#block(index)
      const part = block.subarray(from, Math.min(block.length, from + wanted - count))
      if (part.length === 0) break
      into.set(part, count)
      count += part.length
    }
    return count
  }

  #block(index: number): Uint8Array {
    const kept = this.#blocks.get(index)
    if (kept !== undefined) {
      // The map's order is that of the last use.
      this.#blocks.delete(index)
      this.#blocks.set(index, kept)
      return kept
    }
    const { blockBytes, blocksAhead, keptBlocks } = this.#ring.layout
    const count = index === this.#expected ? blocksAhead : 1
    const bytes = this.#ring.request(index * blockBytes, count * blockBytes)
    for (let i = 0; i < count; i++) {
      this.#blocks.set(index + i, bytes.slice(i * blockBytes, (i + 1) * blockBytes))
    }
    this.#expected = index + count
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= keptBlocks) break
      this.#blocks.delete(oldest)
    }
    return this.#blocks.get(index) ?? new Uint8Array(0)
  }
}

/** lseek(2): from the beginning, from here, from the end. */
export function seek({ node, position }: Stream, offset: number, whence: number): number {
  if (whence === 0) return offset
  return offset + (whence === 1 ? position : node.size)
}

/** What 7-Zip believes to be its disk: one archive to read, and folders in which no other file exists already. */
export class Disk {
  readonly #fs: FileSystem
  readonly #ring: Ring
  readonly #input: ArchiveInput
  readonly #isUpdate: boolean
  readonly #nodeOperations: object
  #last: Node | undefined
  /** Where the next byte of an extracted file belongs. */
  #written = 0
  #serial = 0
  #isWriting = false

  constructor(fs: FileSystem, ring: Ring, { name, size, isUpdate }: Command) {
    this.#fs = fs
    this.#ring = ring
    this.#input = new ArchiveInput(ring, size)
    this.#isUpdate = isUpdate === true
    this.#nodeOperations = this.#makeNodeOperations()
    fs.mkdir('/in')
    fs.mkdir('/out')
    const folder = (): Node => this.#make(null, '/', 0o40777)
    fs.mount({ mount: folder }, {}, '/in')
    fs.mount({ mount: folder }, {}, '/out')
    const archive = this.#make(fs.lookupPath('/in').node, name, 0o100666)
    archive.size = size
    archive.stream_ops = {
      open: () => {},
      close: () => {},
      llseek: seek,
      read: (...[, heap, at, length, position]: Transfer) =>
        this.#input.read(new Uint8Array(heap.buffer, heap.byteOffset + at, length), length, position),
    }
    fs.chdir('/out')
  }

  /** An entry begins; its file, if it gets one, has been opened already. */
  begin(name: Uint8Array): void {
    this.#serial++
    this.#ring.send(this.#ring.kinds.item, this.#isWriting ? 1 : 0, name)
  }

  #make(parent: Node | null, name: string, mode: number): Node {
    const node = this.#fs.createNode(parent, name, mode, 0)
    node.size = 0
    node.node_ops = this.#nodeOperations
    node.stream_ops = this.#makeStreamOperations()
    return node
  }

  /** Only the newest file or folder exists: names that come twice cannot get into each other's way. */
  #makeNewest(parent: Node, name: string, mode: number): Node {
    if (this.#last !== parent) this.#forget()
    this.#last = this.#make(parent, name, mode)
    return this.#last
  }

  #forget(): void {
    if (this.#last !== undefined) this.#fs.destroyNode(this.#last)
    this.#last = undefined
  }

  #makeNodeOperations(): object {
    const missing = (): never => {
      throw new this.#fs.ErrnoError(this.#ring.layout.errorMissing)
    }
    const time = new Date(0)
    const times = { atime: time, mtime: time, ctime: time }
    const fixed = { dev: 1, nlink: 1, uid: 0, gid: 0, rdev: 0, blksize: 4096, blocks: 0, ...times }
    return {
      getattr: ({ id, mode, size }: Node) => ({ ...fixed, ino: id, mode, size }),
      setattr: () => {},
      lookup: missing,
      mknod: (parent: Node, name: string, mode: number) => this.#makeNewest(parent, name, mode),
      rename: () => {},
      unlink: (_: Node, name: string) => {
        if (name === this.#last?.name) this.#forget()
      },
      rmdir: () => this.#forget(),
      readdir: () => [],
      symlink: (parent: Node, name: string) => {
        this.#ring.send(this.#ring.kinds.link, 0)
        return this.#makeNewest(parent, name, 0o120777)
      },
      readlink: () => '',
    }
  }

  #makeStreamOperations(): object {
    return {
      open: () => {
        this.#isWriting = true
        this.#written = 0
      },
      close: () => {
        this.#isWriting = false
        this.#ring.send(this.#ring.kinds.end, 0)
      },
      llseek: seek,
      read: () => 0,
      write: (...[{ node }, heap, at, length, position]: Transfer) => {
        node.size = Math.max(node.size, position + length)
        this.#write(new Uint8Array(heap.buffer, heap.byteOffset + at, length), position)
        return length
      },
    }
  }

  #write(bytes: Uint8Array, position: number): void {
    if (this.#ring.isStopped) throw new Stopped()
    if (!this.#isUpdate) this.#fillTo(position)
    const { pieceBytes } = this.#ring.layout
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      this.#send(bytes.subarray(at, at + pieceBytes), position + at)
    }
    this.#written = position + bytes.length
  }

  /** A hole comes as zeros. 7-Zip never writes backwards when it extracts. */
  #fillTo(position: number): void {
    const { pieceBytes } = this.#ring.layout
    while (this.#written < position) {
      const count = Math.min(pieceBytes, position - this.#written)
      this.#send(new Uint8Array(count), this.#written)
      this.#written += count
    }
  }

  #send(bytes: Uint8Array, position: number): void {
    const { layout, kinds, words, isStopped } = this.#ring
    if (isStopped) throw new Stopped()
    if (this.#serial >= Atomics.load(words, layout.skipBelow)) this.#ring.send(kinds.data, position, bytes)
  }
}

/** What 7-Zip prints, line by line; lines about entries go to the disk. */
export class Printer {
  readonly #ring: Ring
  readonly #line: number[] = []
  disk: Disk | undefined

  constructor(ring: Ring) {
    this.#ring = ring
  }

  write(code: number): void {
    if (code !== 10) {
      if (this.#line.length < this.#ring.layout.longestLine) this.#line.push(code)
      return
    }
    const text = Uint8Array.from(this.#line.splice(0))
    // "- name" extracts, "T name" only tests (what went before it failed), ". name" skips.
    const isEntry = text.length > 2 && text[1] === 32 && [45, 84, 46].includes(text[0] ?? 0)
    if (isEntry && this.disk !== undefined) this.disk.begin(text.subarray(2))
    else this.#ring.send(this.#ring.kinds.line, 0, text)
  }
}

/** Runs one command in an instance of its own. */
export async function run(factory: Factory, data: ThreadData, ring: Ring, command: Command): Promise<void> {
  const printer = new Printer(ring)
  const print = (code: number): void => printer.write(code)
  let memory: { readonly buffer: ArrayBuffer } | undefined
  let failure = ''
  let code = 0
  try {
    const program = await factory({
      stdin: () => null,
      stdout: print,
      stderr: print,
      // What the glue itself has to say, such as that it was aborted, comes as what it throws.
      print: () => {},
      printErr: () => {},
      instantiateWasm: (imports: never, receive: (instance: unknown, module: unknown) => void) => {
        const instance = new WebAssembly.Instance(data.module, imports)
        memory = instance.exports['memory'] as typeof memory
        receive(instance, data.module)
        return {}
      },
    })
    printer.disk = new Disk(program.FS, ring, command)
    code = program.callMain(command.args) ?? 0
  } catch (thrown) {
    if (!(thrown instanceof Stopped)) failure = thrown instanceof Error ? thrown.message : String(thrown)
    code = -1
  }
  const heapBytes = memory?.buffer.byteLength ?? 0
  const answer = JSON.stringify({ failure: failure.slice(0, ring.layout.longestLine), heapBytes })
  ring.send(ring.kinds.done, code, new TextEncoder().encode(answer))
}

/** The thread's whole life. */
export function serve(factory: Factory, data: ThreadData, port: MessagePort): void {
  const ring = new Ring(data)
  port.on('message', (command: Command) => void run(factory, data, ring, command))
}
