// Signatures for members of containers: by name, size and the container around them. Manual, "Signatures based on
// container metadata".

import type { ScanObject } from '../../scan-object.ts'
import { compileFileName } from './compile-container.ts'
import type { Range } from './database/index.ts'
import type { Detection } from './detection.ts'
import { anyType } from './file-type.ts'
import { endless, type StoredContainer } from './layout.ts'

export interface ContainerSignature extends StoredContainer {
  readonly nameFits: ((name: Uint8Array) => boolean) | undefined
}

export function readContainers(stored: readonly StoredContainer[]): readonly ContainerSignature[] {
  return stored.map((container) => ({
    ...container,
    nameFits: container.fileName === undefined ? undefined : compileFileName(container.fileName),
  }))
}

export interface Member {
  readonly object: ScanObject
  readonly size: number
  /** The container; undefined for the scanned file itself. */
  readonly parent: { readonly type: string; readonly size: number } | undefined
}

/** Compressed streams: what they hold is no member, for ClamAV. */
const streams: ReadonlySet<string> = new Set(['CL_TYPE_GZ', 'CL_TYPE_BZ', 'CL_TYPE_XZ'])

export function matchContainers(signatures: readonly ContainerSignature[], member: Member): Detection[] {
  const { object, size, parent } = member
  if (parent === undefined || signatures.length === 0 || streams.has(parent.type)) return []
  const fileName = Buffer.from(object.chain.at(-1) ?? '')
  return signatures
    .filter(({ type, containerSize, realSize, nameFits }) => {
      if (type !== anyType && type !== parent.type) return false
      if (!fits(containerSize, parent.size) || !fits(realSize, size)) return false
      return nameFits === undefined || nameFits(fileName)
    })
    .map(({ name }) => ({ name, offset: 0 }))
}

/** In a range of two different ends a zero is none. */
function fits(range: Range | undefined, value: number): boolean {
  if (range === undefined) return true
  const { least, most } = range
  if (least === most) return value === least
  return value >= least && (most === 0 || most >= endless || value <= most)
}
