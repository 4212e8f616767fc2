export { type DeletedFile, readDeletedFile, readInfo2 } from './recycle-bin.ts'
