// Who signed a program: our own verification, against the roots that this host believes, beside that of Windows. Where the
// two differ, that is a finding of its own: one of them is wrong, or was made wrong.

import { messageOf } from '../base/app-error.ts'
import {
  addCatalogs,
  AuthenticodeVerifier,
  CatalogIndex,
  certificateOf,
  RootStore,
  type TrustReport,
} from '../evidence/authenticode/index.ts'
import { openFileSource } from '../evidence/source.ts'
import { storeCertificates } from '../platform/windows/certificate-store.ts'
import { type WindowsTrust, windowsTrust } from '../platform/windows/trust.ts'
import { FileMemory } from './file-key.ts'

/** Looked at as a whole: what is larger is left to Windows. */
const maxBytes = 512 * 1024 * 1024

export interface SignatureFinding {
  readonly status: TrustReport['status'] | 'unread'
  /** As Windows numbers them. */
  readonly hresult: string
  readonly signer?: string
  /** What WinVerifyTrust says; absent where it could not be asked. */
  readonly windows?: WindowsTrust
  /** One sentence; absent where both say the same. */
  readonly difference?: string
}

/** Owns what is believed, the catalogs that were read, and what is known of files that did not change. */
export class SignatureChecker {
  readonly #roots = new RootStore()
  readonly #catalogs = new CatalogIndex()
  readonly #read = new Set<string>()
  readonly #known = new FileMemory<SignatureFinding>()
  readonly #intermediates: NonNullable<ReturnType<typeof certificateOf>>[]
  readonly #distrusted: ReadonlySet<string>

  constructor() {
    for (const certificate of certificatesOf('ROOT')) this.#roots.add(certificate)
    this.#intermediates = certificatesOf('CA')
    this.#distrusted = new Set(certificatesOf('Disallowed').map(({ sha256 }) => sha256))
  }

  /** Roots of this host. */
  get rootCount(): number {
    return this.#roots.size
  }

  /** Of a path as processes have it. Known files cost a look at their size and time. */
  check(path: string): SignatureFinding {
    return this.#known.of(path, () => this.#verify(path))
  }

  #verify(path: string): SignatureFinding {
    const windows = windowsTrust(path)
    try {
      const own = this.#own(path, windows)
      if (own === undefined)
        return { status: 'unread', hresult: '', ...(windows === undefined ? {} : { windows }) }
      const signer = own.signatures.find(({ signer: leaf }) => leaf !== undefined)?.signer?.subject
      const difference = windows === undefined ? undefined : differenceOf(own, windows)
      return {
        status: own.status,
        hresult: own.hresult,
        ...(signer === undefined ? {} : { signer }),
        ...(windows === undefined ? {} : { windows }),
        ...(difference === undefined ? {} : { difference }),
      }
    } catch (thrown) {
      const difference = `it could not be read here: ${messageOf(thrown)}`
      return { status: 'unread', hresult: '', difference, ...(windows === undefined ? {} : { windows }) }
    }
  }

  #own(path: string, windows: WindowsTrust | undefined): TrustReport | undefined {
    using source = openFileSource(path)
    if (source.size > maxBytes) return undefined
    const catalog = windows?.catalog
    // Windows finds the catalog in its index; that it names the file, and who signed it, is verified here.
    if (catalog !== undefined && !this.#read.has(catalog)) {
      this.#read.add(catalog)
      addCatalogs(this.#catalogs, catalog)
    }
    const verifier = new AuthenticodeVerifier({
      roots: this.#roots,
      intermediates: this.#intermediates,
      distrusted: this.#distrusted,
      ...(catalog === undefined ? {} : { catalogs: this.#catalogs }),
      atMs: Date.now(),
    })
    return verifier.verify(source)
  }
}

function certificatesOf(
  store: Parameters<typeof storeCertificates>[0],
): NonNullable<ReturnType<typeof certificateOf>>[] {
  return storeCertificates(store).flatMap((bytes) => certificateOf(bytes) ?? [])
}

const trusted = '0x00000000'
const noSignature = '0x800b0100'

/** Windows has reasons in an order of its own: what counts is whether it trusts, and whether it sees a signature at all. */
function differenceOf(own: TrustReport, windows: WindowsTrust): string | undefined {
  const theirs = standingOf(windows.hresult)
  const ours = own.status === 'unknown' ? 'unsigned' : own.status
  return theirs === ours
    ? undefined
    : `Windows says ${theirs} (${windows.hresult}), its bytes say ${own.status} (${own.code})`
}

function standingOf(hresult: string): 'valid' | 'unsigned' | 'invalid' {
  if (hresult === trusted) return 'valid'
  return hresult === noSignature ? 'unsigned' : 'invalid'
}
