export type { LogFileChange, LogFileChangeKind } from './change.ts'
export { readLogFile, readLogOperations } from './log-file.ts'
export { operationName } from './operations.ts'
export { isLogFile } from './restart.ts'
