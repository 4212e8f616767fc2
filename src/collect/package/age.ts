// Encryption of a whole package to public keys: the age format (age-encryption.org/v1), which other programs read too. The stream
// goes through in pieces of 64 KiB; none is given out before its tag was checked.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { Decrypter, Encrypter } from 'age-encryption'

import { AppError, messageOf } from '../../base/app-error.ts'
import { openPayload, payloadNonceBytes, PayloadWriter } from './age-payload.ts'
import type { PackageSink } from './sink.ts'

const magic = 'age-encryption.org/v1\n'

export function isEncrypted(firstBytes: Uint8Array): boolean {
  return Buffer.from(firstBytes.subarray(0, magic.length)).toString('latin1') === magic
}

/** What is written to it reaches the other sink encrypted to each of the recipients (`age1…`). Throws AppError `usage`. */
export async function encryptingSink(sink: PackageSink, recipients: readonly string[]): Promise<PackageSink> {
  const { header, fileKey, nonce } = await newHeader(encrypterFor(recipients))
  const payload = new PayloadWriter(fileKey, nonce)
  let start: Buffer | undefined = Buffer.concat([header, nonce])
  const write = async (bytes: Buffer): Promise<void> => {
    const all = start === undefined ? bytes : Buffer.concat([start, bytes])
    start = undefined
    if (all.length > 0) await sink.write(all)
  }
  return {
    write: (bytes) => write(payload.push(bytes)),
    async finish() {
      await write(payload.end())
      await sink.finish()
    },
    abandon: () => sink.abandon(),
  }
}

/** Throws AppError `usage` for one that is no public key. */
export function checkRecipients(recipients: readonly string[]): void {
  encrypterFor(recipients)
}

function encrypterFor(recipients: readonly string[]): Encrypter {
  const encrypter = new Encrypter()
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient)
    } catch (thrown) {
      throw new AppError('usage', `${recipient} is no public key of age: ${messageOf(thrown)}`, {
        hint: 'It begins with age1; age-keygen makes one.',
        cause: thrown,
      })
    }
  }
  return encrypter
}

/** A header for the recipients, with the key that it holds for them. */
async function newHeader(
  encrypter: Encrypter,
): Promise<{ header: Uint8Array; fileKey: Uint8Array; nonce: Uint8Array }> {
  let fileKey = new Uint8Array(0)
  // A recipient that adds nothing to the header, and sees the key as all of them do.
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = Uint8Array.from(key)
      return []
    },
  })
  // Behind the header: the nonce, and the tag of the empty payload, which nobody gets.
  const empty = await encrypter.encrypt(new Uint8Array(0))
  const end = empty.length - payloadNonceBytes - 16
  return { header: empty.subarray(0, end), fileKey, nonce: randomBytes(payloadNonceBytes) }
}

/** Secret keys of a file as age-keygen writes it. Throws AppError. */
export function readIdentities(path: string): string[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new AppError('not-found', `The identity file ${path} cannot be read: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('AGE-SECRET-KEY-'))
  if (keys.length > 0) return keys
  throw new AppError('usage', `${path} holds no secret key of age`, {
    hint: 'Give the file that age-keygen wrote.',
  })
}

/**
 * The plain bytes, piece by piece. Throws AppError `usage` where no identity opens it, and, after what could be read,
 * BrokenEncryption where it ends early or was changed.
 */
export async function* decrypted(
  chunks: AsyncIterable<Uint8Array>,
  identities: readonly string[],
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  const { header, rest } = await splitHeader(iterator)
  const fileKey = await fileKeyOf(header, identities)
  const nonce = rest.subarray(0, payloadNonceBytes)
  async function* payload(): AsyncGenerator<Uint8Array> {
    yield rest.subarray(payloadNonceBytes)
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  try {
    yield* openPayload(payload(), fileKey, nonce)
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown
    throw new BrokenEncryption(messageOf(thrown))
  }
}

async function fileKeyOf(header: Uint8Array, identities: readonly string[]): Promise<Uint8Array> {
  const decrypter = new Decrypter()
  try {
    for (const identity of identities) decrypter.addIdentity(identity)
    return await decrypter.decryptHeader(header)
  } catch (thrown) {
    throw new AppError('usage', `The package cannot be decrypted: ${messageOf(thrown)}`, {
      hint: 'Give the file with the secret key that belongs to the recipient it was encrypted to.',
      cause: thrown,
    })
  }
}

const mostHeaderBytes = 1_048_576

/** The header ends with the line of its code; `rest` has the nonce at least. */
async function splitHeader(chunks: AsyncIterator<Uint8Array>): Promise<{ header: Buffer; rest: Buffer }> {
  let held = Buffer.alloc(0)
  while (held.length < mostHeaderBytes) {
    const next = await chunks.next()
    if (next.done === true) break
    held = Buffer.concat([held, next.value])
    const line = held.indexOf('\n--- ')
    const end = line === -1 ? 0 : held.indexOf('\n', line + 1) + 1
    if (end > 0 && held.length >= end + payloadNonceBytes)
      return { header: held.subarray(0, end), rest: held.subarray(end) }
  }
  throw new AppError('usage', 'The package cannot be decrypted: its header is not whole')
}

/** The rest of an encrypted package cannot be had: it is cut off, or somebody changed it. */
export class BrokenEncryption extends Error {}
