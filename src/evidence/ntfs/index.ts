export { mftOfVolume, openNtfs } from './ntfs.ts'
