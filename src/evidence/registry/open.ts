// Opens a hive: base block, transaction logs, root. A hive whose base block is lost is read from the root key that its bins have.

import { AppError } from '../../base/app-error.ts'
import type { Hive, HiveKind } from '../hive.ts'
import { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { type BaseBlock, binsStart, readBaseBlock } from './base-block.ts'
import { HiveImage, signatures } from './image.ts'
import { RegistryKey } from './key.ts'
import { kindOf } from './kind.ts'
import { type AppliedLog, replay } from './replay.ts'

/** Windows itself stops at 2 GiB. */
const maxBytes = 2 ** 31 - 1
const rootFlag = 4

export interface LogSource {
  /** File name: its ending says which of the logs it is. */
  readonly name: string
  readonly source: EvidenceSource
}

export interface RegistryHive extends Hive {
  readonly image: HiveImage
  readonly base: BaseBlock
  readonly root: RegistryKey | undefined
  /** Not written to its end, or its logs not yet merged. */
  readonly wasDirty: boolean
  readonly appliedLogs: readonly AppliedLog[]
  find(path: string): RegistryKey | undefined
}

/** Holds the hive's bytes in memory. Throws AppError `unsupported` for what is no hive at all. */
export function openHive(source: EvidenceSource, logs: readonly LogSource[] = []): RegistryHive {
  const notes = new Notes()
  const wanted = Math.min(source.size, maxBytes)
  const primary = bufferOf(source.read(0, wanted))
  if (!isHive(primary)) throw new AppError('unsupported', 'this is no registry hive')
  const logBytes = logs.map(({ name, source: log }) => ({
    name,
    bytes: bufferOf(log.read(0, Math.min(log.size, maxBytes))),
  }))
  const { bytes, base, wasDirty, applied } = replay(primary, logBytes, notes)
  const minor = base.majorVersion === 1 && base.minorVersion <= 6 ? base.minorVersion : 5
  if (minor !== base.minorVersion || base.majorVersion !== 1) {
    notes.add(`version ${base.majorVersion}.${base.minorVersion} is not known; read as 1.5`, 20)
  }
  if (!base.isChecksumRight) notes.add('the checksum of the base block is wrong', 508)
  if (bytes.length < binsStart + base.binsBytes) {
    notes.add(
      `the hive should have ${binsStart + base.binsBytes} bytes and has ${bytes.length}`,
      bytes.length,
    )
  }
  const image = new HiveImage(bytes, minor, notes)
  const root = rootOf(image, base)
  const kind: HiveKind = root === undefined ? 'unknown' : kindOf(root)
  return {
    image,
    base,
    notes,
    root,
    kind,
    fileName: base.fileName,
    wasDirty,
    appliedLogs: applied,
    find: (path) => root?.find(path),
  }
}

/** By the base block, or by the first bin where that is lost. */
export function isHive(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return (
    head.toString('latin1', 0, 4) === 'regf' || head.toString('latin1', binsStart, binsStart + 4) === 'hbin'
  )
}

/** Of a file's first sector: a hive that is no transaction log. */
export function isPrimaryHead(bytes: Uint8Array): boolean {
  const { hasSignature, fileType } = readBaseBlock(bufferOf(bytes))
  return hasSignature && fileType === 'primary'
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function rootOf(image: HiveImage, base: BaseBlock): RegistryKey | undefined {
  const root = RegistryKey.at(image, base.rootOffset, undefined)
  if (root !== undefined) return root
  const { bytes, view, headerBytes } = image
  for (let at = binsStart; at + 84 <= bytes.length; at += 8) {
    if (view.getUint16(at + headerBytes, true) !== signatures.nk) continue
    if ((view.getUint16(at + headerBytes + 2, true) & rootFlag) === 0 || image.isFree(at + headerBytes))
      continue
    image.notes.add('the base block names no root key; it was found in the bins', at)
    return RegistryKey.at(image, at - binsStart, undefined)
  }
  image.notes.add('the hive has no root key')
  return undefined
}
