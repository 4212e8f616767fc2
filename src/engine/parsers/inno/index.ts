// Installers of Inno Setup.

export { callBlockBytes, CallFilter, callFilterVersion } from './call-filter.ts'
export { type InnoHeader, readInnoHeader } from './header.ts'
export { innoOffsets } from './loader.ts'
export { type DigestName, type FileLocation, readLocations } from './locations.ts'
