export { mftOfVolume, openNtfs, type VolumePlace } from './ntfs.ts'
