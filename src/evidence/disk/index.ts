export { cached } from './block-cache.ts'
export { imageFormatOf } from './kind.ts'
export { type Volume, volumesOf } from './volumes.ts'
