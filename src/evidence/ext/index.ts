export { openExt } from './ext.ts'
