// Certificates of the machine's own stores, as Windows believes them.

import koffi from 'koffi'

import { type Handle, native } from './native.ts'
import { certContext, decode } from './structs.ts'

const crypt32 = 'crypt32.dll'
const openStore = native<Handle>(
  crypt32,
  'intptr_t __stdcall CertOpenSystemStoreW(intptr_t provider, str16 name)',
)
const nextCertificate = native<Handle>(
  crypt32,
  'intptr_t __stdcall CertEnumCertificatesInStore(intptr_t store, intptr_t previous)',
)
const closeStore = native<boolean>(crypt32, 'bool __stdcall CertCloseStore(intptr_t store, uint32 flags)')
const freeCertificate = native<boolean>(
  crypt32,
  'bool __stdcall CertFreeCertificateContext(intptr_t certificate)',
)

const maxCertificates = 10_000
const maxBytes = 1024 * 1024

/** `ROOT` is what is believed, `CA` issuers, `Disallowed` what nobody shall believe. In DER; empty where there is no such store. */
export function storeCertificates(name: 'ROOT' | 'CA' | 'Disallowed'): Uint8Array[] {
  const store = openStore(0, name)
  if (Number(store) === 0) return []
  const found: Uint8Array[] = []
  let certificate = nextCertificate(store, 0)
  try {
    while (Number(certificate) !== 0 && found.length < maxCertificates) {
      const { pbCertEncoded: at, cbCertEncoded: length } = decode<{
        readonly pbCertEncoded: Handle
        readonly cbCertEncoded: number
      }>(certContext, BigInt(certificate))
      if (length <= maxBytes) {
        found.push(Uint8Array.from(koffi.decode(BigInt(at), koffi.array('uint8', length)) as Uint8Array))
      }
      // Frees the previous one.
      certificate = nextCertificate(store, certificate)
    }
    return found
  } finally {
    if (Number(certificate) !== 0) freeCertificate(certificate)
    closeStore(store, 0)
  }
}
