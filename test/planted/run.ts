// Collects, verifies, unpacks with the system's own tar, and analyses, all by the command itself.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import { withFolder } from '../support/folder.ts'
import { haechi } from '../support/run-haechi.ts'
import { Analysed, type Outcome, type Planted, Unpacked } from './lookup.ts'

interface Collection {
  readonly unpacked: Unpacked
  readonly packagePath: string
}

/** Where a package is written and unpacked: new, and gone with the test. */
function packagePlace(t: TestContext): string {
  return join(withFolder(t).path, 'case.tar.zst')
}

/** `source`: an image, a folder, or nothing: this host. */
export function collectedAndVerified(t: TestContext, { source }: { readonly source: string }): Collection {
  const packagePath = packagePlace(t)
  const { code, stderr } = haechi(['collect', '-o', packagePath, '--allow-same-disk', source])
  assert.equal(code, 0, stderr)
  return opened(packagePath)
}

export function opened(packagePath: string): Collection {
  const verified = haechi(['collect', 'verify', packagePath])
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  const folder = `${packagePath}-unpacked`
  mkdirSync(folder)
  execFileSync('tar', ['--zstd', '-xf', packagePath, '-C', folder], { timeout: 60_000, stdio: 'pipe' })
  return { packagePath, unpacked: new Unpacked(folder) }
}

export function analysed(t: TestContext, source: string, options: readonly string[] = []): Analysed {
  const output = join(withFolder(t).path, 'analysis')
  const { code, stderr } = haechi(['analyse', '-q', ...options, '-o', output, source])
  assert.equal(code, 1, stderr)
  return new Analysed(output)
}

/** Where an artefact is looked for, and what of it is missing there. */
type Places = Readonly<Record<string, (one: Planted) => string | undefined | null>>

export function inPackage(unpacked: Unpacked): (one: Planted) => string | undefined {
  return (one) => (one.collected(unpacked) ? undefined : 'not in the package as it was planted')
}

export function inAnalysis(analysis: Analysed): (one: Planted) => string | undefined {
  return (one) => analysis.missing(one)
}

export function outcomesOf(planted: readonly Planted[], places: Places): Outcome[] {
  return planted.map((one) => ({
    name: one.name,
    results: new Map(Object.entries(places).map(([place, missing]) => [place, missing(one)])),
  }))
}
