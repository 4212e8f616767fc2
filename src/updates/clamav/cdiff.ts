// NAME-VERSION.cdiff: `ClamAV-Diff:VERSION:BYTES:`, a gzip'd script, and `:` with a signature over the SHA-256 of everything
// before.

import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'

import { messageOf } from '../../base/app-error.ts'
import { Fault } from '../fault.ts'

/** No script of one step is longer; the databases themselves are a few hundred MiB. */
const maxScriptBytes = 512 * 1024 ** 2
const longestSignature = 2048

/** Whether a signature is the one of a diff with this SHA-256. */
export type SignsDiff = (sha256: Uint8Array, signature: string) => boolean

/** The script that leads to `version`. Throws Fault. */
export function readDiff(bytes: Uint8Array, version: number, signs: SignsDiff): Uint8Array {
  const diff = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = diff.lastIndexOf(':')
  if (end < 0 || diff.length - end > longestSignature) throw new Fault(`diff ${version} is not signed`)
  const signed = diff.subarray(0, end)
  const sha256 = createHash('sha256').update(signed).digest()
  if (!signs(sha256, diff.toString('latin1', end + 1).trim())) {
    throw new Fault(`the digital signature of diff ${version} is wrong`)
  }
  const header = /^ClamAV-Diff:(\d{1,10}):(\d{1,10}):/.exec(signed.toString('latin1', 0, 64))
  if (header === null) throw new Fault(`diff ${version} has no header`)
  if (Number(header[1]) !== version)
    throw new Fault(`diff ${version} says that it is diff ${header[1] ?? ''}`)
  const size = Number(header[2])
  if (size > maxScriptBytes) throw new Fault(`diff ${version} is too large`)
  const script = unpack(signed.subarray(header[0].length), size, version)
  if (script.length !== size) throw new Fault(`diff ${version} has ${script.length} and not ${size} bytes`)
  return script
}

function unpack(bytes: Uint8Array, size: number, version: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, size) })
  } catch (thrown) {
    throw new Fault(`diff ${version} cannot be unpacked: ${messageOf(thrown)}`, thrown)
  }
}
