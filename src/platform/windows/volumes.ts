// Drives, and the bytes of a volume below its file system: what is locked for everybody can be read there.

import { type Handle, closeHandle, invalidHandle, lastError, native, windowsFault } from './native.ts'
import { decode, storageDevice } from './structs.ts'

const kernel32 = 'kernel32.dll'
const logicalDrives = native<number>(kernel32, 'uint32 __stdcall GetLogicalDrives()')
const driveTypeOf = native<number>(kernel32, 'uint32 __stdcall GetDriveTypeW(str16 root)')
const createFile = native<Handle>(
  kernel32,
  'intptr_t __stdcall CreateFileW(str16 path, uint32 access, uint32 share, void *security, uint32 disposition, uint32 flags, intptr_t template)',
)
const seek = native<boolean>(
  kernel32,
  'bool __stdcall SetFilePointerEx(intptr_t file, int64 offset, void *reached, uint32 from)',
)
const readFile = native<boolean>(
  kernel32,
  'bool __stdcall ReadFile(intptr_t file, void *into, uint32 length, _Out_ uint32 *got, void *overlapped)',
)
const control = native<boolean>(
  kernel32,
  'bool __stdcall DeviceIoControl(intptr_t device, uint32 code, void *in, uint32 inLength, void *into, uint32 length, _Out_ uint32 *got, void *overlapped)',
)

const driveTypes = ['unknown', 'none', 'removable', 'fixed', 'remote', 'cd', 'ram'] as const
const genericRead = 0x80000000
const shareAll = 7
const openExisting = 3
/** IOCTL_DISK_GET_LENGTH_INFO */
const getLength = 0x7405c
/** IOCTL_STORAGE_QUERY_PROPERTY of the device itself: StorageDeviceProperty, PropertyStandardQuery. */
const queryProperty = 0x2d1400
const deviceProperty = Buffer.alloc(12)
/** BusTypeUsb, BusType1394, BusTypeSd, BusTypeMmc. */
const externalBuses: ReadonlySet<number> = new Set([7, 4, 12, 13])
/** Volumes are read in whole sectors; 4 KiB fits the largest that are sold. */
const sectorBytes = 4096
const maxReadBytes = 16 * 1024 * 1024

export interface Drive {
  /** `C` */
  readonly letter: string
  readonly kind: (typeof driveTypes)[number]
}

export function listDrives(): Drive[] {
  const mask = logicalDrives()
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(65 + index))
  return letters
    .filter((_, index) => ((mask >>> index) & 1) === 1)
    .map((letter) => ({ letter, kind: driveTypes[driveTypeOf(`${letter}:\\`)] ?? 'unknown' }))
}

/** Whether the drive is plugged in from outside, although it counts as fixed; undefined where its driver does not tell. */
export function isExternal(letter: string): boolean | undefined {
  const handle = createFile(`\\\\.\\${letter}:`, 0, shareAll, null, openExisting, 0, 0)
  if (handle === invalidHandle) return undefined
  try {
    const told = Buffer.alloc(1024)
    if (!control(handle, queryProperty, deviceProperty, deviceProperty.length, told, told.length, [0], null))
      return undefined
    return externalBuses.has(decode<{ readonly BusType: number }>(storageDevice, told).BusType)
  } finally {
    closeHandle(handle)
  }
}

/** Random access to bytes, as sources of evidence are. */
export interface VolumeBytes extends Disposable {
  readonly path: string
  readonly size: number
  /** At most `length` bytes from `offset`, fewer where it ends. Throws AppError. */
  read(offset: number, length: number): Uint8Array
}

/** Reads in whole sectors, gives what was asked. `readSectors` gets aligned offsets and lengths and may give fewer bytes. */
export function alignedRead(
  readSectors: (offset: number, length: number) => Uint8Array,
  [offset, length]: readonly [offset: number, length: number],
  size: number,
): Uint8Array {
  const wanted = Math.max(0, Math.min(length, size - offset))
  const bytes = new Uint8Array(wanted)
  for (let done = 0; done < wanted;) {
    const at = offset + done
    const start = at - (at % sectorBytes)
    const span = Math.min(maxReadBytes, Math.ceil((at - start + wanted - done) / sectorBytes) * sectorBytes)
    const got = readSectors(start, span).subarray(at - start, at - start + wanted - done)
    if (got.length === 0) return bytes.subarray(0, done)
    bytes.set(got, done)
    done += got.length
  }
  return bytes
}

/** `\\.\C:` by its letter. Needs an administrator. Throws AppError. */
export function openVolume(letter: string): VolumeBytes {
  const path = `\\\\.\\${letter}:`
  const handle = createFile(path, genericRead, shareAll, null, openExisting, 0, 0)
  if (handle === invalidHandle) throw windowsFault('CreateFileW', lastError(), path)
  const length = Buffer.alloc(8)
  if (!control(handle, getLength, null, 0, length, length.length, [0], null)) {
    const code = lastError()
    closeHandle(handle)
    throw windowsFault('IOCTL_DISK_GET_LENGTH_INFO', code, path)
  }
  const size = Number(length.readBigUInt64LE())
  const readSectors = (offset: number, count: number): Uint8Array => {
    const bytes = Buffer.alloc(count)
    const got = [0]
    if (!seek(handle, offset, null, 0) || !readFile(handle, bytes, count, got, null)) {
      throw windowsFault('ReadFile', lastError(), `${path} at ${offset}`)
    }
    return bytes.subarray(0, got[0] ?? 0)
  }
  return {
    path,
    size,
    read: (offset, count) => alignedRead(readSectors, [offset, count], size),
    [Symbol.dispose]() {
      closeHandle(handle)
    },
  }
}
