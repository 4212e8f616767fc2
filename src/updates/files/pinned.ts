// What a downloaded archive is held against before it is opened: a pinned SHA-256, a detached Ed25519 signature.

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import { Fault } from '../fault.ts'
import { MemorySink } from '../http/sink.ts'
import type { Job } from '../job.ts'
import type { ArchiveSource } from '../source.ts'

const maxSignatureBytes = 4096
const signatureBytes = 64

/** Gives the file's SHA-256. Throws Fault. */
export async function checkPinned(job: Job, source: ArchiveSource, path: string): Promise<string> {
  const bytes = readFileSync(path)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (source.sha256 !== undefined && source.sha256.toLowerCase() !== sha256) {
    throw new Fault(`the SHA-256 is ${sha256} and not the one that is pinned`)
  }
  if (source.signature !== undefined && source.key !== undefined) {
    const key = readKey(source.key)
    const signature = await loadSignature(job, source, source.signature)
    if (!verify(null, bytes, key, signature)) throw new Fault('the signature is wrong')
  }
  return sha256
}

function readKey(file: string): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey(readFileSync(file))
  } catch (thrown) {
    throw new Fault(`cannot read the public key ${file}: ${messageOf(thrown)}`, thrown)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Fault(`${file} is no Ed25519 key`)
  return key
}

/** 64 bytes, or base64 of them. */
async function loadSignature(job: Job, source: ArchiveSource, url: string): Promise<Uint8Array> {
  const sink = new MemorySink(maxSignatureBytes)
  const answer = await job.client.get({ url, insecure: source.insecure }, sink)
  if (answer.kind !== 'body') throw new Fault('the signature is missing')
  const { content } = sink
  const signature =
    content.length === signatureBytes
      ? content
      : Buffer.from(Buffer.from(content).toString('latin1'), 'base64')
  if (signature.length !== signatureBytes) throw new Fault('the signature is no Ed25519 signature')
  return signature
}
