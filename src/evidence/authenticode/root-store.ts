// Which roots are believed: certificates in PEM, from files and folders. Nothing is believed because a file brings it.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { Certificate } from './certificate.ts'
import { certificateOf } from './certificate.ts'

const maxStoreBytes = 64 * 1024 * 1024
const maxFiles = 10_000
const pemBlock = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END/g

export class RootStore {
  readonly #bySubject = new Map<string, Certificate[]>()
  readonly #digests = new Set<string>()

  get size(): number {
    return this.#digests.size
  }

  add(certificate: Certificate): void {
    if (this.#digests.has(certificate.sha256)) return
    this.#digests.add(certificate.sha256)
    const same = this.#bySubject.get(certificate.subjectKey)
    if (same === undefined) this.#bySubject.set(certificate.subjectKey, [certificate])
    else same.push(certificate)
  }

  has(certificate: Certificate): boolean {
    return this.#digests.has(certificate.sha256)
  }

  named(subjectKey: string): readonly Certificate[] {
    return this.#bySubject.get(subjectKey) ?? []
  }
}

/** Adds the certificates of a PEM or DER file, or of all files of a folder; how many. Throws AppError. */
export function addRoots(store: RootStore, path: string): number {
  const before = store.size
  for (const certificate of readCertificates(path)) store.add(certificate)
  return store.size - before
}

/** The certificates in a PEM or DER file, or in all files of a folder. Throws AppError. */
export function readCertificates(path: string): Certificate[] {
  const certificates: Certificate[] = []
  for (const file of filesOf(path)) certificates.push(...certificatesIn(readStore(file)))
  return certificates
}

function certificatesIn(bytes: Buffer): Certificate[] {
  const blocks = [...bytes.toString('latin1').matchAll(pemBlock)]
  const encoded = blocks.length === 0 ? [bytes] : blocks.map(([, text = '']) => Buffer.from(text, 'base64'))
  return encoded.flatMap((der) => certificateOf(der) ?? [])
}

function filesOf(path: string): string[] {
  return attempt(path, () => {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:pem|crt|cer|der)$/i.test(entry.name))
      .slice(0, maxFiles)
      .map((entry) => join(path, entry.name))
  })
}

function readStore(file: string): Buffer {
  return attempt(file, () => {
    if (statSync(file).size > maxStoreBytes) throw new AppError('unsupported', `${file} is too large`)
    return readFileSync(file)
  })
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}
