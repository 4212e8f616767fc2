// The bytes of one file, or of all files of a solid archive one after the other: there each goes on with what the
// files before left in the dictionary.

import { crc32 } from 'node:zlib'

import { Ace } from '../../codecs/ace.ts'
import { History } from '../../codecs/history.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'
import type { MemberFault } from '../format.ts'
import type { AceFile } from './header.ts'

const methodStored = 0
const methodBlocked = 2
/** The largest dictionary; the buffer grows with what is really unpacked. */
const dictionaryBytes = 4 * 1024 * 1024
const stepBytes = 64 * 1024

export interface PackedFile extends AceFile {
  /** Packed bytes that there are. */
  readonly present: number
  /** It goes on in another volume: its end and its checksum are there. */
  readonly isOpen: boolean
}

type Report = (file: PackedFile, code: MemberFault, message: string) => void

export class FilesDecoder implements Decoder {
  readonly #source: ByteSource
  readonly #files: readonly PackedFile[]
  readonly #report: Report
  readonly #history = new History(dictionaryBytes)
  #index = 0
  #ace: Ace | undefined
  #written = 0
  #crc = 0
  #consumed = 0
  #isStopped = false

  /** `report` is told of each file that is wrong; behind the first the stream ends. */
  constructor(source: ByteSource, files: readonly PackedFile[], report: Report) {
    this.#source = source
    this.#files = files
    this.#report = report
  }

  get consumed(): number {
    return this.#consumed + (this.#ace?.consumed ?? 0)
  }

  read(out: Uint8Array): number {
    for (;;) {
      const file = this.#files[this.#index]
      if (file === undefined || this.#isStopped) {
        this.#history.close()
        return 0
      }
      const wanted = Math.min(out.length, file.size - this.#written)
      const part = out.subarray(0, wanted)
      const count = file.method === methodStored ? this.#copy(file, part) : this.#unpack(file, part)
      if (count > 0) {
        this.#written += count
        this.#crc = crc32(out.subarray(0, count), this.#crc)
        return count
      }
      this.#finish(file)
    }
  }

  /** Stored bytes go to the dictionary as well. */
  #copy(file: PackedFile, out: Uint8Array): number {
    const wanted = Math.min(out.length, stepBytes, file.present - this.#written)
    if (wanted <= 0) return 0
    const view = this.#source.read(file.dataStart + this.#written, wanted)
    const history = this.#history
    history.makeRoom(view.length)
    history.buffer.set(view, history.at)
    history.at += view.length
    return history.take(out)
  }

  #unpack(file: PackedFile, out: Uint8Array): number {
    const { dataStart, present, size, method } = file
    const options = { size, isBlocked: method === methodBlocked, history: this.#history }
    this.#ace ??= new Ace(this.#source, dataStart, dataStart + present, options)
    return this.#ace.read(out)
  }

  #finish(file: PackedFile): void {
    this.#isStopped = this.#written < file.size
    if (!file.isOpen) this.#check(file)
    this.#consumed += this.#ace?.consumed ?? file.present
    this.#ace = undefined
    this.#index++
    this.#written = 0
    this.#crc = 0
  }

  #check(file: PackedFile): void {
    const code = this.#ace?.isUnsupported === true ? 'unsupported-method' : 'damaged'
    const fault = this.#ace?.fault
    if (this.#written < file.size) {
      this.#report(file, code, fault ?? `unpacks to ${this.#written} bytes instead of ${file.size}`)
    } else if (~this.#crc >>> 0 !== file.crc) this.#report(file, 'damaged', 'the checksum (CRC-32) is wrong')
  }
}
