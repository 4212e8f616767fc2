// Hives of tests, opened with their logs, and the paths of all their keys.

import { openHive, type RegistryHive, walk } from '../../src/evidence/registry/index.ts'
import { memorySource } from '../../src/evidence/source.ts'
import { must } from './must.ts'

/** `logs` by file name. */
export function opened(bytes: Buffer, logs: Readonly<Record<string, Buffer>> = {}): RegistryHive {
  return openHive(
    memorySource(bytes),
    Object.entries(logs).map(([name, log]) => ({ name, source: memorySource(log) })),
  )
}

export function pathsOf(hive: RegistryHive): string[] {
  return [...walk(must(hive.root))].map(({ path }) => path)
}
