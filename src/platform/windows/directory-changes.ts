// What changes below a folder, by ReadDirectoryChangesW: names of files that appeared or were written, and when names were lost.

import { type Handle, closeHandle, invalidHandle, lastError, native, windowsFault } from './native.ts'
import { fileNotifyInformation, offsetOf, overlapped, sizeOf } from './structs.ts'
import { createEvent, type Waiting } from './wait-loop.ts'

const kernel32 = 'kernel32.dll'
const createFile = native<Handle>(
  kernel32,
  'intptr_t __stdcall CreateFileW(str16 path, uint32 access, uint32 share, void *security, uint32 disposition, uint32 flags, intptr_t template)',
)
const readChanges = native<boolean>(
  kernel32,
  'bool __stdcall ReadDirectoryChangesW(intptr_t folder, void *into, uint32 length, bool subtree, uint32 filter, void *got, void *overlapped, void *routine)',
)
const overlappedResult = native<boolean>(
  kernel32,
  'bool __stdcall GetOverlappedResult(intptr_t file, void *overlapped, _Out_ uint32 *got, bool wait)',
)
const cancelIo = native<boolean>(kernel32, 'bool __stdcall CancelIoEx(intptr_t file, void *overlapped)')

const listDirectory = 1
const shareAll = 7
const openExisting = 3
const backupSemantics = 0x02000000
const overlappedFlag = 0x40000000
/** FILE_NAME, DIR_NAME, SIZE, LAST_WRITE, CREATION. */
const filter = 0x1 | 0x2 | 0x8 | 0x10 | 0x40
const bufferBytes = 256 * 1024
const ioIncomplete = 996
const notifyEnumDir = 1022

export type ChangeAction = 'added' | 'removed' | 'modified' | 'renamed-from' | 'renamed-to'

const actions: readonly (ChangeAction | undefined)[] = [
  undefined,
  'added',
  'removed',
  'modified',
  'renamed-from',
  'renamed-to',
]

export interface FolderChange {
  readonly action: ChangeAction
  /** From below the folder. */
  readonly path: string
}

export interface FolderListener {
  onChanges(changes: readonly FolderChange[]): void
  /** Names were lost: there were more than the system keeps. */
  onOverflow(): void
  /** The folder is gone or cannot be watched any more; nothing follows. */
  onEnd(reason: string): void
}

/** Records of FILE_NOTIFY_INFORMATION. What does not fit into the bytes ends the list. */
export function parseChanges(bytes: Buffer): FolderChange[] {
  const changes: FolderChange[] = []
  const head = offsetOf(fileNotifyInformation, 'FileName')
  for (let at = 0; at + head <= bytes.length;) {
    const next = bytes.readUInt32LE(at)
    const action = actions[bytes.readUInt32LE(at + 4)]
    const length = bytes.readUInt32LE(at + 8)
    if (length > bytes.length - at - head) break
    const path = bytes.toString('utf16le', at + head, at + head + length)
    if (action !== undefined && path !== '') changes.push({ action, path })
    if (next === 0) break
    at += next
  }
  return changes
}

/** Owns the handle of the folder and the read that is under way. */
export class FolderWatch implements Waiting, Disposable {
  readonly folder: string
  readonly signal = createEvent('manual-reset')
  readonly #handle: Handle
  readonly #listener: FolderListener
  readonly #bytes = Buffer.alloc(bufferBytes)
  readonly #overlapped = Buffer.alloc(sizeOf(overlapped))
  #isOpen = true

  /** Throws AppError when the folder cannot be watched. */
  constructor(folder: string, listener: FolderListener) {
    this.folder = folder
    this.#listener = listener
    const flags = backupSemantics | overlappedFlag
    this.#handle = createFile(folder, listDirectory, shareAll, null, openExisting, flags, 0)
    const code = this.#handle === invalidHandle ? lastError() : this.#read()
    if (code === 0) return
    this.#isOpen = false
    if (this.#handle !== invalidHandle) closeHandle(this.#handle)
    closeHandle(this.signal)
    throw windowsFault('ReadDirectoryChangesW', code, folder)
  }

  take(): boolean {
    if (!this.#isOpen) return false
    const got = [0]
    if (!overlappedResult(this.#handle, this.#overlapped, got, false)) {
      const code = lastError()
      if (code === ioIncomplete) return false
      if (code !== notifyEnumDir) return this.#end(code)
    }
    const length = got[0] ?? 0
    const changes = parseChanges(this.#bytes.subarray(0, length))
    // The next read first: the system keeps changes only while somebody asks.
    const code = this.#read()
    if (length === 0) this.#listener.onOverflow()
    else this.#listener.onChanges(changes)
    return code === 0 ? true : this.#end(code)
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) {
      this.#isOpen = false
      // The system writes into our bytes until the read has ended.
      if (cancelIo(this.#handle, this.#overlapped))
        overlappedResult(this.#handle, this.#overlapped, [0], true)
    }
    closeHandle(this.#handle)
    closeHandle(this.signal)
  }

  /** 0, or why not. */
  #read(): number {
    this.#overlapped.fill(0)
    this.#overlapped.writeBigInt64LE(BigInt(this.signal), offsetOf(overlapped, 'hEvent'))
    const isOk = readChanges(
      this.#handle,
      this.#bytes,
      this.#bytes.length,
      true,
      filter,
      null,
      this.#overlapped,
      null,
    )
    return isOk ? 0 : lastError()
  }

  #end(code: number): boolean {
    this.#isOpen = false
    this.#listener.onEnd(windowsFault('ReadDirectoryChangesW', code, this.folder).message)
    return false
  }
}
