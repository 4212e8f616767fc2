// The ring buffer that BPF programs write (Documentation/bpf/ringbuf.rst), mapped into this process: records are read
// where the kernel wrote them, without a system call. Nobody is woken: the reader looks whenever it has time.

import koffi from 'koffi'

import { AppError } from '../../../base/app-error.ts'
import { errno, errnoName, libc } from '../libc.ts'
import { MapType } from './instructions.ts'
import { BpfMap } from './maps.ts'

const mmap = libc.func(
  'void *mmap(void *at, size_t length, int protection, int flags, int fd, int64_t offset)',
)
const munmap = libc.func('int munmap(void *at, size_t length)')
const pageSize = libc.func('int getpagesize()')

const protectRead = 1
const protectWrite = 2
const shared = 1
const mapFailed = 0xffff_ffff_ffff_ffffn
const headerBytes = 8
/** In a record's length: its writer is not done, or it gave the record up. */
const busy = 0x8000_0000
const discarded = 0x4000_0000
const lengthMask = 0x3fff_ffff
/** Space is given back to the kernel after so many bytes, not only at the end: it may be waiting for room. */
const giveBackBytes = 1 << 16

/** One record: `data` is valid only during the call. */
export type OnRecord = (data: Buffer, offset: number, length: number) => void

export class RingBuffer {
  /** For `Assembler.map` and `Helper.ringbufOutput`. */
  readonly map: BpfMap
  readonly bytes: number
  readonly #consumerPage: unknown
  readonly #producerPages: unknown
  readonly #page: number
  readonly #consumer: BigInt64Array
  readonly #producer: BigInt64Array
  readonly #data: Buffer
  readonly #lengths: Int32Array
  /** Holds a record that goes on at the beginning of the buffer. */
  #whole = Buffer.alloc(0)
  #position = 0
  #open = true

  /** `bytes` is a power of two and a multiple of the page size. Throws AppError. */
  constructor(name: string, bytes: number) {
    this.bytes = bytes
    this.map = BpfMap.create({ type: MapType.ringbuf, keyBytes: 0, valueBytes: 0, maxEntries: bytes, name })
    const page: number = pageSize()
    this.#page = page
    this.#consumerPage = this.#mapPages(page, protectRead | protectWrite, 0)
    // The kernel offers the data twice, one behind the other. Once is enough: mapped pages count as resident.
    this.#producerPages = this.#mapPages(page + bytes, protectRead, page)
    this.#consumer = new BigInt64Array(koffi.view(this.#consumerPage, page), 0, 1)
    const pages = koffi.view(this.#producerPages, page + bytes)
    this.#producer = new BigInt64Array(pages, 0, 1)
    this.#data = Buffer.from(pages, page, bytes)
    this.#lengths = new Int32Array(pages, page)
    this.#position = Number(Atomics.load(this.#consumer, 0))
  }

  /** Hands on the records that are complete, at most `max`; returns how many. Records are at most 1 GiB by design. */
  drain(onRecord: OnRecord, max: number): number {
    // Its pages are gone: reading them would end the process.
    if (!this.#open) return 0
    const end = Number(Atomics.load(this.#producer, 0))
    let given = this.#position
    let count = 0
    while (this.#position < end && count < max) {
      const offset = this.#position % this.bytes
      const word = Atomics.load(this.#lengths, offset >>> 2) >>> 0
      // Its writer has not finished: everything behind it comes later, in order.
      if (word >= busy) break
      const length = word & lengthMask
      if (length > this.bytes - headerBytes)
        throw new AppError('internal', 'the ring buffer of the kernel is damaged')
      this.#position += (headerBytes + length + 7) & ~7
      if ((word & discarded) === 0) {
        this.#give(onRecord, offset + headerBytes, length)
        count += 1
      }
      if (this.#position - given < giveBackBytes) continue
      given = this.#position
      Atomics.store(this.#consumer, 0, BigInt(given))
    }
    if (this.#position !== given) Atomics.store(this.#consumer, 0, BigInt(this.#position))
    return count
  }

  #give(onRecord: OnRecord, offset: number, length: number): void {
    const rest = offset + length - this.bytes
    if (rest <= 0) {
      onRecord(this.#data, offset, length)
      return
    }
    if (this.#whole.length < length) this.#whole = Buffer.alloc(length)
    this.#data.copy(this.#whole, 0, offset)
    this.#data.copy(this.#whole, length - rest, 0, rest)
    onRecord(this.#whole, 0, length)
  }

  /** Bytes that wait to be read. */
  pending(): number {
    if (!this.#open) return 0
    return Number(Atomics.load(this.#producer, 0)) - this.#position
  }

  [Symbol.dispose](): void {
    if (!this.#open) return
    this.#open = false
    this.#unmap()
    this.map[Symbol.dispose]()
  }

  #unmap(): void {
    munmap(this.#consumerPage, this.#page)
    munmap(this.#producerPages, this.#page + this.bytes)
  }

  #mapPages(length: number, protection: number, offset: number): unknown {
    const pages: unknown = mmap(null, length, protection, shared, this.map.fd, offset)
    if (pages !== null && koffi.address(pages) !== mapFailed) return pages
    const name = errnoName(errno())
    this.map[Symbol.dispose]()
    throw new AppError('kernel', `the ring buffer cannot be mapped: ${name}`)
  }
}
