// Authenticode verdicts against osslsigncode (Debian's package), signature by signature: on real programs, and on a matrix of
// generated ones that are valid, tampered with, expired, time-stamped, nested, have page hashes, lead to the wrong root, are
// meant for something else, are revoked, or stand in a catalog. Every difference has to have its reason in `known`.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  addCatalogs,
  addRoots,
  AuthenticodeVerifier,
  CatalogIndex,
  imageDigests,
  peLayoutOf,
  readRevocationLists,
  RootStore,
  type TrustReport,
} from '../../../src/evidence/authenticode/index.ts'
import { memorySource } from '../../../src/evidence/source.ts'
import { evidenceFiles } from './evidence-files.ts'
import { cleanPrograms } from './clean-programs.ts'

import { type Case, matrix, nowMs, seconds, Workshop } from './authenticode-matrix.ts'

interface Tally {
  cases: number
  agree: number
  expected: number
  signatures: number
  digestsEqual: number
}

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-authenticode-'))
  try {
    const tally: Tally = { cases: 0, agree: 0, expected: 0, signatures: 0, digestsEqual: 0 }
    const differences: string[] = []
    const workshop = new Workshop(folder)
    for (const one of matrix(workshop)) compareCase(one, workshop, { tally, differences })
    const real = compareReal(differences)
    return {
      name: 'Authenticode against osslsigncode',
      figures: { ...tally, ...real, differences: differences.join('; '), ...speed() },
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Compared {
  readonly tally: Tally
  readonly differences: string[]
}

/** Names of cases in which osslsigncode is known to say something else, and why. */
const known: Readonly<Record<string, string>> = {
  'lifetime signing, stamped before':
    'it does not know the usage of lifetime signing, with which Windows lets a time stamp save nothing',
  'revoked after it was stamped': 'OpenSSL does not compare the day of revocation with the time of the stamp',
}

function compareCase(one: Case, workshop: Workshop, { tally, differences }: Compared): void {
  const roots = new RootStore()
  addRoots(roots, one.roots ?? workshop.rootFile)
  const index = new CatalogIndex()
  if (one.catalog !== undefined) addCatalogs(index, one.catalog)
  const verifier = new AuthenticodeVerifier({
    roots,
    atMs: nowMs,
    revocationLists: one.crl === undefined ? [] : readRevocationLists(one.crl),
    ...(one.catalog === undefined ? {} : { catalogs: index }),
  })
  const report = verifier.verify(memorySource(readFileSync(one.file)))
  const ours = report?.status === 'valid' ? 'valid' : 'invalid'
  const theirs = oracle(one.file, one.roots ?? workshop.rootFile, one)
  tally.cases += 1
  if (ours === one.expected) tally.expected += 1
  else differences.push(`${one.name}: ${ours} (${report?.code ?? ''}), expected ${one.expected}`)
  if (theirs.verdict === ours) tally.agree += 1
  else
    differences.push(
      `${one.name}: ${ours}, osslsigncode ${theirs.verdict} (${known[one.name] ?? 'not explained'})`,
    )
  countDigests(report, theirs.digests, tally)
}

function countDigests(report: TrustReport | undefined, theirs: readonly string[], tally: Tally): void {
  const own = (report?.signatures ?? []).filter(({ place }) => place !== 'catalog')
  tally.signatures += own.length
  for (const [index, { fileDigest }] of own.entries()) {
    if (fileDigest !== undefined && fileDigest === theirs[index]?.toLowerCase()) tally.digestsEqual += 1
  }
}

interface Oracle {
  readonly verdict: 'valid' | 'invalid'
  /** Calculated over the file, one for each signature. */
  readonly digests: readonly string[]
}

function oracle(file: string, roots: string, { catalog: catalogFile, crl }: Partial<Case> = {}): Oracle {
  const named = catalogFile === undefined ? [] : ['-catalog', catalogFile]
  const lists = crl === undefined ? ['-ignore-crl', '-ignore-cdp'] : ['-CRLfile', crl, '-ignore-cdp']
  const trust = ['-CAfile', roots, '-TSA-CAfile', roots, ...lists]
  const { status, stdout } = spawnSync(
    'osslsigncode',
    ['verify', ...named, ...trust, '-time', seconds(nowMs), '-in', file],
    { encoding: 'utf8', timeout: 60_000 },
  )
  const calculated = [...stdout.matchAll(/^Calculated message digest *: *([0-9A-F]+)/gm)].map(
    ([, hex = '']) => hex,
  )
  return { verdict: status === 0 ? 'valid' : 'invalid', digests: calculated }
}

/** Real programs, with the roots that haechi believes. */
function compareReal(differences: string[]): Record<string, number> {
  using corpus = evidenceFiles()
  const files = [...(corpus?.files(/\.exe$/i) ?? []), ...cleanPrograms().filter(isSigned)]
  const roots = new RootStore()
  const host = '/etc/ssl/certs/ca-certificates.crt'
  const own = new URL('../../../content/roots/microsoft.pem', import.meta.url).pathname
  if (existsSync(host)) addRoots(roots, host)
  addRoots(roots, own)
  const both = join(mkdtempSync(join(tmpdir(), 'haechi-roots-')), 'roots.pem')
  writeFileSync(both, `${existsSync(host) ? readFileSync(host, 'utf8') : ''}\n${readFileSync(own, 'utf8')}`)
  const verifier = new AuthenticodeVerifier({ roots, atMs: nowMs })
  const figures = { realFiles: 0, realAgree: 0, realValid: 0 }
  for (const file of files) {
    const report = verifier.verify(memorySource(readFileSync(file)))
    if (report === undefined || report.signatures.length === 0) continue
    const ours = report.status === 'valid' ? 'valid' : 'invalid'
    figures.realFiles += 1
    if (ours === 'valid') figures.realValid += 1
    if (oracle(file, both).verdict === ours) figures.realAgree += 1
    else differences.push(`${file}: ${ours} (${report.code})`)
  }
  return figures
}

function isSigned(path: string): boolean {
  return peLayoutOf(memorySource(readFileSync(path)))?.table !== undefined
}

/** MB of programs verified in a second of the processor. */
function speed(): Record<string, number> {
  const bytes = Buffer.alloc(64 * 1024 * 1024, 7)
  const source = memorySource(bytes)
  const layout = {
    size: bytes.length,
    checksumOffset: 216,
    entryOffset: 296,
    table: undefined,
    sectionAlignment: 4096,
  }
  const started = process.cpuUsage()
  for (let round = 0; round < 4; round++) imageDigests(source, layout, ['sha256'])
  const { user, system } = process.cpuUsage(started)
  return { hashedMegabytesPerCpuSecond: Math.round((4 * 64) / ((user + system) / 1e6)) }
}

if (import.meta.main) console.log(await agree())
