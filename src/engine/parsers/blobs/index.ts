export { type Blob, blobsIn, dataUriBlob, wholeBlob } from './blobs.ts'
export { Utf16Decoder } from './decoders.ts'
export type { Range } from './extent.ts'
