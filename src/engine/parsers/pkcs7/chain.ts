// Certificate chains: from a certificate to its issuer, and on, as far as the certificates at hand go.

import type { Certificate } from './certificate.ts'

/** Each step of a chain that is verified costs a calculation with a public key. */
const maxChain = 32

/**
 * Starts with the first certificate of the pool that `isFirst` accepts; each next one is the first whose subject is the
 * issuer of the one before. Ends at a self-signed certificate, where the issuer is not in the pool, and where names go
 * in circles: cross-signed roots do.
 */
export function chainOf(
  pool: readonly Certificate[],
  isFirst: (certificate: Certificate) => boolean,
): Certificate[] {
  const chain: Certificate[] = []
  let current = pool.find(isFirst)
  while (current !== undefined && chain.length < maxChain) {
    chain.push(current)
    const { issuer, subject } = current
    if (isSame(issuer.encoding, subject.encoding)) break
    const next = pool.find((certificate) => isSame(certificate.subject.encoding, issuer.encoding))
    // The first one may come again: a certificate may be in the pool under its own name as an issuer.
    const isSeen =
      next !== undefined &&
      chain.slice(1).some((seen) => isSame(seen.subject.encoding, next.subject.encoding))
    current = isSeen ? undefined : next
  }
  return chain
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}
