// The resources by type and name, and what the manifest asks for.

import type { Pe } from '../../engine/index.ts'
import { entropyOf } from './entropy.ts'
import { resourceTypes } from '../../engine/parsers/pe/resource-types.ts'
import { numberName } from './names.ts'

const maxResources = 4096
const manifestType = 24
const maxManifestBytes = 64 * 1024
/** Smaller ones look random or orderly by chance. */
const leastEntropyBytes = 4096
const maxEntropyBytes = 64 * 1024 * 1024

type ResourceItem = NonNullable<Pe['resources']>['items'][number]

export interface PeResource {
  readonly type: string
  readonly id: string
  readonly language?: number
  readonly size: number
  readonly entropy?: number
}

export function readResources(pe: Pe): PeResource[] {
  let left = maxEntropyBytes
  return (pe.resources?.items ?? []).slice(0, maxResources).map((item) => {
    const { offset, length, type, id, language } = item
    const bytes = offset === undefined ? new Uint8Array(0) : pe.bytes.subarray(offset, offset + length)
    const isMeasured = bytes.length >= leastEntropyBytes && bytes.length <= left
    if (isMeasured) left -= bytes.length
    return {
      type: type.kind === 'number' ? numberName(type.number, resourceTypes) : nameOf(pe, type),
      id: nameOf(pe, id),
      ...(language.kind === 'number' ? { language: language.number } : {}),
      size: length,
      ...(isMeasured ? { entropy: entropyOf(bytes) } : {}),
    }
  })
}

function nameOf(pe: Pe, id: ResourceItem['id']): string {
  if (id.kind === 'number') return String(id.number)
  return id.kind === 'name' ? pe.bytes.toString('utf16le', id.offset, id.offset + id.length) : '?'
}

/** `asInvoker`, `requireAdministrator` …; undefined: no manifest says so. */
export function executionLevelOf(pe: Pe): string | undefined {
  for (const { type, offset, length } of pe.resources?.items ?? []) {
    if (type.kind !== 'number' || type.number !== manifestType || offset === undefined) continue
    const text = pe.bytes.toString('latin1', offset, offset + Math.min(length, maxManifestBytes))
    const level = /requestedExecutionLevel[^>]{0,400}?level\s{0,8}=\s{0,8}["'](\w{1,40})["']/.exec(text)?.[1]
    if (level !== undefined) return level
  }
  return undefined
}
