// Root certificates that are believed unless told otherwise: those that come along, and those of this system.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { addRoots, RootStore } from '../../evidence/authenticode/index.ts'

const ownRoots = fileURLToPath(new URL('../../../content/roots', import.meta.url))
/** Debian’s and Alpine’s place, Red Hat’s, SUSE’s: the first that is there. */
const hostRoots = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
]

export function believedRoots(): RootStore {
  const roots = new RootStore()
  if (existsSync(ownRoots)) addRoots(roots, ownRoots)
  const host = hostRoots.find((path) => existsSync(path))
  if (host !== undefined) addRoots(roots, host)
  return roots
}
