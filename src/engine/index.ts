export { attach, load } from './load.ts'
export type { Engine, EngineOptions, EngineVersion, Instance, Problem } from './engine.ts'
export type { CatalogRule } from './signatures/catalog.ts'
export { engineVersion, type ScanOptions, type SharedEngine } from './engine.ts'
export type { DetectContext, Detector } from './detectors/detector.ts'
export type { Format, Member, MemberFault, UnpackContext } from './formats/format.ts'
export { type Cfb, type CfbEntry, readCfb } from './parsers/cfb/index.ts'
export { Budget, defaultLimits, type Limits, type Pulse, type Slice } from './limits.ts'
export type { ScanObject } from './scan-object.ts'
export type { ByteSource } from './source/byte-source.ts'
export type { TraceStep } from './scan.ts'
export {
  contentsOf,
  DerCursor,
  derTag,
  type DerItem,
  encodingOf,
  int32Of,
  oidOf,
  readItem,
  timeOf,
} from './parsers/der/index.ts'
export { type Dotnet, parseDotnet } from './parsers/dotnet/index.ts'
export { type ImportedLibrary, parsePe, type Pe, readExports } from './parsers/pe/index.ts'
