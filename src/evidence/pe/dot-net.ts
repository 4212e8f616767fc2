// .NET metadata, as far as it says what the assembly is (ECMA-335, II.24 and II.25.3.3).

import { Budget, defaultLimits, parseDotnet, type Pe } from '../../engine/index.ts'
import { directoryIndex, directoryOffset, shown } from './view.ts'
import { flagNames } from './names.ts'

const headerBytes = 24
const maxReferences = 512
const flags = [
  [0x1, 'ILONLY'],
  [0x2, '32BITREQUIRED'],
  [0x8, 'STRONGNAMESIGNED'],
  [0x10, 'NATIVE_ENTRYPOINT'],
  [0x20000, '32BITPREFERRED'],
] as const

export interface DotNet {
  /** Of the metadata: `v4.0.30319`. */
  readonly version: string
  readonly flags: readonly string[]
  readonly assembly?: string
  readonly assemblyVersion?: string
  readonly module?: string
  readonly mvid?: string
  readonly references: readonly string[]
  readonly moduleReferences: readonly string[]
}

export function readDotNet(pe: Pe): DotNet | undefined {
  const directory = directoryOffset(pe, directoryIndex.cli)
  if (directory === undefined || directory.offset + headerBytes > pe.bytes.length) return undefined
  const dotnet = parseDotnet(pe.bytes, new Budget(defaultLimits))
  if (dotnet === undefined) return undefined
  const { assembly, moduleName, guids, assemblyRefs, moduleRefs, version } = dotnet
  const numbers = assembly?.version
  return {
    version: shown(version),
    flags: flagNames(pe.bytes.readUInt32LE(directory.offset + 16), flags),
    ...(assembly?.name === undefined ? {} : { assembly: shown(assembly.name) }),
    ...(numbers === undefined
      ? {}
      : {
          assemblyVersion: `${numbers.major}.${numbers.minor}.${numbers.build_number}.${numbers.revision_number}`,
        }),
    ...(moduleName === undefined ? {} : { module: shown(moduleName) }),
    ...(guids[0] === undefined ? {} : { mvid: guids[0] }),
    references: assemblyRefs
      .slice(0, maxReferences)
      .flatMap(({ name }) => (name === undefined ? [] : [shown(name)])),
    moduleReferences: moduleRefs.slice(0, maxReferences).map(shown),
  }
}
