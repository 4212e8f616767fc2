// The quarantine's file format, version 1:
//
//   0   8  magic `HAECHIQ1`
//   8   4  length of the header, little endian
//  12   4  zero
//  16   8  length of the body
//  24  32  SHA-256 of the original content
//  56   8  first bytes of the SHA-256 of the header
//  64   …  header: JSON (item.ts)
//   …   …  body: the content under AES-256-CTR with the header's key
//
// The key lies beside the lock on purpose: the mask makes the content useless to whoever runs or opens it and silent to
// other scanners; it keeps no secret. Size and hash are written last, so an unfinished file can never pass as a whole.

import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { fstatSync, readSync, writeSync } from 'node:fs'

import { AppError } from '../../base/app-error.ts'
import { decodeHeader, encodeHeader, type Header } from './item.ts'

const magic = Buffer.from('HAECHIQ1', 'latin1')
const preambleBytes = 64
/** Detections and reasons are bounded by the engine; a header beyond this is not ours. */
const maxHeaderBytes = 4 * 1024 ** 2
const chunkBytes = 256 * 1024
const noIv = Buffer.alloc(16)

export interface Written {
  readonly size: number
  readonly sha256: string
}

export interface Opened extends Written {
  readonly header: Header
  readonly bodyOffset: number
}

export function newKey(): Uint8Array {
  return randomBytes(32)
}

/** Writes header and masked content of `source` (read by position) to the empty file behind `target`. */
export function writeItem(target: number, source: number, header: Header): Written {
  const encoded = encodeHeader(header)
  if (encoded.length > maxHeaderBytes)
    throw new AppError('quarantine', 'the description of the file is too large')
  writeFully(target, encoded, preambleBytes)
  const mask = createCipheriv('aes-256-ctr', header.key, noIv)
  const hash = createHash('sha256')
  let size = 0
  const chunk = Buffer.allocUnsafe(chunkBytes)
  for (;;) {
    const count = readSync(source, chunk, 0, chunk.length, size)
    if (count === 0) break
    const part = chunk.subarray(0, count)
    hash.update(part)
    writeFully(target, mask.update(part), preambleBytes + encoded.length + size)
    size += count
  }
  const digest = hash.digest()
  const preamble = Buffer.alloc(preambleBytes)
  magic.copy(preamble)
  preamble.writeUInt32LE(encoded.length, 8)
  preamble.writeBigUInt64LE(BigInt(size), 16)
  digest.copy(preamble, 24)
  headerCheck(encoded).copy(preamble, 56)
  writeFully(target, preamble, 0)
  return { size, sha256: digest.toString('hex') }
}

/** Reads the description. Throws AppError `quarantine` for a file that is damaged or not ours. */
export function readItem(fd: number): Opened {
  const stat = fstatSync(fd)
  if (!stat.isFile()) throw new AppError('quarantine', 'it is not a regular file')
  const preamble = readExactly(fd, 0, preambleBytes)
  if (!preamble.subarray(0, 8).equals(magic))
    throw new AppError('quarantine', 'it is not a file of the quarantine')
  const headerBytes = preamble.readUInt32LE(8)
  const size = Number(preamble.readBigUInt64LE(16))
  if (headerBytes > maxHeaderBytes || preambleBytes + headerBytes + size !== stat.size) {
    throw new AppError('quarantine', 'its lengths do not fit its size: it was cut or changed')
  }
  const encoded = readExactly(fd, preambleBytes, headerBytes)
  if (!headerCheck(encoded).equals(preamble.subarray(56, 64))) {
    throw new AppError('quarantine', 'its header was changed')
  }
  return {
    size,
    sha256: preamble.subarray(24, 56).toString('hex'),
    header: decodeHeader(encoded),
    bodyOffset: preambleBytes + headerBytes,
  }
}

/** Writes the original content to `target`. Throws AppError `quarantine` when it is not what was put in. */
export function writeContent(fd: number, opened: Opened, target: number): void {
  const mask = createCipheriv('aes-256-ctr', opened.header.key, noIv)
  const hash = createHash('sha256')
  for (let done = 0; done < opened.size;) {
    const part = mask.update(
      readExactly(fd, opened.bodyOffset + done, Math.min(chunkBytes, opened.size - done)),
    )
    hash.update(part)
    writeFully(target, part, done)
    done += part.length
  }
  if (hash.digest('hex') !== opened.sha256) {
    throw new AppError('quarantine', 'the kept content is not what was put in: its SHA-256 differs', {
      hint: 'the item was changed or the disk is failing; nothing was restored',
    })
  }
}

function headerCheck(encoded: Uint8Array): Buffer {
  return createHash('sha256').update(encoded).digest().subarray(0, 8)
}

function readExactly(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let got = 0
  while (got < length) {
    const count = readSync(fd, bytes, got, length - got, offset + got)
    if (count === 0) throw new AppError('quarantine', 'it ends too early: it was cut')
    got += count
  }
  return bytes
}

function writeFully(fd: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, bytes.length - done, offset + done)
  }
}
