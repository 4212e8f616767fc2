// The second pass over a package: every byte is read, every member hashed and compared with its line of the manifest, the chain
// of the lines computed again, the signature checked. One pass, from a file or a stream, in bounded memory.

import { createHash } from 'node:crypto'

import { BrokenEncryption } from './age.ts'
import { type Finding, Findings } from './findings.ts'
import { type Frame, readFrames } from './frame-reader.ts'
import { caseName } from './member-name.ts'
import { MemberCheck } from './member-check.ts'
import { fingerprintOf, isSignedByItself, type Signature, tailOf } from './signature.ts'
import { type PackageSource, plainBytes } from './source-bytes.ts'

export interface VerifyOptions {
  /** Secret keys of age, where the package is encrypted. */
  readonly identities?: readonly string[]
  /** Public key in hex whose signature is wanted (`readPublicKey`). */
  readonly publicKey?: string
  /** Of the package, before encryption. */
  progress?(bytes: number): void
}

export interface VerifyResult {
  /** Nothing was found; what that proves stands in `proves`. */
  readonly isRight: boolean
  readonly signature: 'good' | 'wrong' | 'missing'
  /**
   * `given`: the signature is by the key that was asked for. `embedded`: it is by the key that stands in the package itself;
   * whoever changes a package can sign it again with a key of his own, so this proves nothing about who wrote it.
   */
  readonly key: 'given' | 'embedded' | 'none'
  /** 64 hex digits, and the beginning of their digest for people. */
  readonly publicKey?: string
  readonly fingerprint?: string
  /** One sentence. */
  readonly proves: string
  /** Members of the manifest that are as they were written. */
  readonly members: number
  /** Lines of the manifest. */
  readonly lines: number
  /** Of the package, before encryption. */
  readonly bytes: number
  readonly isEncrypted: boolean
  readonly findings: readonly Finding[]
  /** All of them; only the first 10,000 are listed. */
  readonly findingCount: number
  /** The case file as it stands there, checked or not; undefined where it is missing or no JSON. */
  readonly case?: unknown
}

/** Throws AppError where the package cannot be read at all. */
export async function verifyPackage(
  source: PackageSource,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const plain = await plainBytes(source, options.identities ?? [])
  const pass = new Pass()
  try {
    for await (const frame of readFrames(plain.chunks)) {
      pass.frame(frame)
      options.progress?.(pass.bytes)
    }
  } catch (thrown) {
    if (!(thrown instanceof BrokenEncryption)) throw thrown
    pass.findings.add('cut-off', `After ${pass.bytes} bytes the encryption is broken: ${thrown.message}.`)
  }
  return pass.result(options, plain.isEncrypted)
}

class Pass {
  readonly findings = new Findings()
  readonly #check = new MemberCheck(this.findings)
  readonly #hash = createHash('sha256')
  /** The last frame and what follows it. */
  #tail: Buffer[] | undefined
  #tailBytes = 0
  #tailStart = 0
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  frame(frame: Frame): void {
    this.#bytes += frame.bytes.length
    if (this.#tail === undefined) {
      this.#check.frame(frame)
      if (this.#check.signature === undefined) {
        this.#hash.update(frame.bytes)
        return
      }
      this.#tail = []
      this.#tailStart = frame.offset
    }
    // What follows a signature is compared with what must follow it; a few bytes too many tell as much as all of them.
    this.#tailBytes += frame.bytes.length
    if (this.#tailBytes < 33_554_432) this.#tail.push(Buffer.from(frame.bytes))
  }

  result(options: VerifyOptions, isEncrypted: boolean): VerifyResult {
    this.#check.end(this.#bytes)
    const signature = this.#check.signature
    const state = this.#signature(signature)
    let key: VerifyResult['key'] = signature === undefined ? 'none' : 'embedded'
    if (signature !== undefined && options.publicKey !== undefined) {
      if (options.publicKey === signature.publicKey) key = 'given'
      else
        this.findings.add('other-key', `It is signed by another key, ${fingerprintOf(signature.publicKey)}.`)
    } else if (options.publicKey !== undefined)
      this.findings.add('other-key', 'It is not signed by the given key.')
    const isRight = this.findings.count === 0
    return {
      isRight,
      signature: state,
      key,
      ...(signature === undefined
        ? {}
        : { publicKey: signature.publicKey, fingerprint: fingerprintOf(signature.publicKey) }),
      proves: meaning(isRight, key),
      members: this.#check.right,
      lines: this.#check.lines,
      bytes: this.#bytes,
      isEncrypted,
      findings: this.findings.kept,
      findingCount: this.findings.count,
      ...(this.#check.caseFile === undefined ? {} : { case: this.#check.caseFile }),
    }
  }

  #signature(signature: Signature | undefined): VerifyResult['signature'] {
    const { findings } = this
    if (signature === undefined) {
      findings.add(
        'signature-missing',
        'It has no signature, or one that cannot be read: it is cut off, or was changed.',
      )
      return 'missing'
    }
    const before = findings.count
    if (!verifies(signature)) findings.add('signature-wrong', 'The signature does not fit what it signs.')
    if (signature.chainRoot !== this.#check.chainRoot || signature.lines !== this.#check.lines)
      findings.add('chain-broken', 'The chain of the manifest does not end where the signature says.')
    if (signature.caseSha256 !== this.#check.caseSha256)
      findings.add('case-changed', 'The case file is not the one that was signed.', caseName)
    const { bytes, sha256 } = signature.stream
    if (bytes !== this.#tailStart || sha256 !== this.#hash.digest('hex'))
      findings.add('bytes-changed', 'The bytes before the signature are not those that were signed.')
    const tail = Buffer.concat(this.#tail ?? [])
    const expected = tailOf(signature, this.#tailStart)
    if (tail.length !== this.#tailBytes || !tail.equals(expected))
      findings.add(
        'bytes-changed',
        'The end of the package, from its signature on, is not as it was written.',
      )
    return findings.count === before ? 'good' : 'wrong'
  }
}

function verifies(signature: Signature): boolean {
  try {
    return isSignedByItself(signature)
  } catch {
    return false
  }
}

function meaning(isRight: boolean, key: VerifyResult['key']): string {
  if (!isRight) return 'The package is not as it was written; what is wrong is listed.'
  return key === 'given'
    ? 'The package is as the holder of the given key wrote it.'
    : 'The package fits together; who wrote it is not proven, because the key stands in the package itself.'
}
