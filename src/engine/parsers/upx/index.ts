// Programs packed by UPX.

export { recognizeElf, unpackElf } from './elf-image.ts'
export { recognizePe, type UnpackedImage, unpackPe } from './pe-image.ts'
