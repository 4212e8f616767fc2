// Signatures for members of containers, as far as a member's name, size and container are known here.

import { compileRegex } from '../../matcher/regex/regex.ts'
import type { ContainerRecord } from './database/index.ts'
import type { StoredContainer } from './layout.ts'

/** Undefined: it asks for something that is not known of a member, or its expression is none of ours. */
export function compileContainer(record: ContainerRecord): StoredContainer | undefined {
  const { name, type, containerSize, fileName, realSize } = record
  const asked = [record.compressedSize, record.encrypted, record.position, record.crc32]
  if (asked.some((value) => value !== undefined)) return undefined
  if (fileName !== undefined && compileFileName(fileName) === undefined) return undefined
  return {
    name,
    type,
    ...(containerSize && { containerSize }),
    ...(fileName !== undefined && { fileName }),
    ...(realSize && { realSize }),
  }
}

/** A test of a name's bytes. */
export function compileFileName(expression: string): ((name: Uint8Array) => boolean) | undefined {
  try {
    const regex = compileRegex(expression, 's')
    return (name) => regex.testBytes(name)
  } catch {
    return undefined
  }
}
