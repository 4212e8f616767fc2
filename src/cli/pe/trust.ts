// Whom haechi pe believes: roots, lists and catalogs by option, and what stands where none is given.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { AppError, messageOf } from '../../base/app-error.ts'
import { parseTime } from '../../base/parse-time.ts'
import {
  addCatalogs,
  addRoots,
  AuthenticodeVerifier,
  CatalogIndex,
  readCertificates,
  readRevocationLists,
  RootStore,
} from '../../evidence/authenticode/index.ts'
import type { Terminal } from '../render/terminal.ts'
import type { PeOptionValues } from './options.ts'

const ownRoots = fileURLToPath(new URL('../../../content/roots', import.meta.url))
/** Debian’s and Alpine’s place, Red Hat’s, SUSE’s: the first that is there. */
const hostRoots = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
]

/** Throws AppError where something that was named cannot be used. */
export function openVerifier(
  options: PeOptionValues,
  terminal: Terminal,
  nowMs: number,
): AuthenticodeVerifier {
  const roots = new RootStore()
  if (options['only-given-roots'] !== true) {
    addRoots(roots, ownRoots)
    const host = hostRoots.find((path) => existsSync(path))
    if (host !== undefined) addRoots(roots, host)
  }
  for (const path of options.roots ?? []) {
    if (addRoots(roots, path) === 0)
      terminal.err(`haechi: ${terminal.safe(path)}: no certificates that were not believed already`)
  }
  const catalogs = catalogsOf(options, terminal)
  return new AuthenticodeVerifier({
    roots,
    intermediates: (options.certificates ?? []).flatMap(readCertificates),
    revocationLists: (options.crl ?? []).flatMap(readRevocationLists),
    distrusted: options.distrusted === undefined ? new Set() : readThumbprints(options.distrusted),
    ...(catalogs === undefined ? {} : { catalogs }),
    atMs: timeOf(options.at, nowMs),
  })
}

function catalogsOf({ catalog }: PeOptionValues, terminal: Terminal): CatalogIndex | undefined {
  if (catalog === undefined) return undefined
  const index = new CatalogIndex()
  for (const path of catalog) {
    for (const failed of addCatalogs(index, path)) {
      terminal.err(`haechi: ${terminal.safe(failed)}: no catalog that can be read`)
    }
  }
  return index
}

function timeOf(text: string | undefined, nowMs: number): number {
  if (text === undefined) return nowMs
  const microseconds = parseTime(text, nowMs)
  if (microseconds === undefined) throw new AppError('usage', `--at is a time, not ${text}`)
  return microseconds / 1000
}

function readThumbprints(path: string): Set<string> {
  try {
    const words = readFileSync(path, 'utf8').split('\n')
    return new Set(
      words
        .map((line) => line.replace(/#.*/, '').replace(/[\s:]/g, '').toLowerCase())
        .filter((word) => word !== ''),
    )
  } catch (thrown) {
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}
