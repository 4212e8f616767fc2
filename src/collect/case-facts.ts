// What the case file tells of the host, the program and the clock.

import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'

import type { EvidenceTree } from '../evidence/tree.ts'
import type { Collection } from './collection.ts'
import type { CaseFacts } from './package/case-file.ts'
import { toolDigest } from './package/tool-digest.ts'

export interface CaseRequest {
  readonly caseId: string
  readonly examiner: string
  readonly notes: string
  /** As it was typed, without the name of the program's file. */
  readonly command: readonly string[]
}

const product = fileURLToPath(new URL('../..', import.meta.url))
const maxFactBytes = 64 * 1024

export function caseFacts(
  request: CaseRequest,
  collection: Collection,
  source: string | undefined,
): CaseFacts {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  return {
    ...request,
    tool: { name: 'haechi', version: versionOf(), sha256: toolDigest(product) },
    host: collection.host ?? examinedHost(collection, source ?? ''),
    clock: { timeZone },
  }
}

function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : ''
}

/** Of a host that does not run: what its own files say. `examinedOn`: where it was done. */
function examinedHost({ trees }: Collection, source: string): Record<string, string> {
  const facts: Record<string, string> = { source, examinedOn: hostname() }
  for (const { tree, volume } of trees) {
    const name = volume === undefined ? '' : `${volume} `
    facts[`${name}system`] = tree.system
    if (tree.system !== 'linux') continue
    facts[`${name}hostname`] = treeText(tree, '/etc/hostname')
    facts[`${name}machineId`] = treeText(tree, '/etc/machine-id')
  }
  return facts
}

function treeText(tree: EvidenceTree, path: string): string {
  const source = tree.open(path)
  if (source === undefined) return ''
  using open = source
  return Buffer.from(open.read(0, maxFactBytes)).toString('utf8').trim()
}
