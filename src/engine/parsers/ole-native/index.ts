export { readOleNative } from './ole-native.ts'
