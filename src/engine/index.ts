export {
  attach,
  type Engine,
  type EngineOptions,
  type EngineVersion,
  type Instance,
  load,
  type Problem,
} from './engine.ts'
export type { CatalogRule } from './signatures/catalog.ts'
export { engineVersion, type ScanOptions, type SharedEngine } from './engine.ts'
export type { DetectContext, Detector } from './detectors/detector.ts'
export type { Format, Member, MemberFault, UnpackContext } from './formats/format.ts'
export { Budget, defaultLimits, type Limits, type Pulse, type Slice } from './limits.ts'
export type { ScanObject } from './scan-object.ts'
export type { ByteSource } from './source/byte-source.ts'
export type { TraceStep } from './scan.ts'
