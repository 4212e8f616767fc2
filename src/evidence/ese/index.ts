export { openEse } from './database.ts'
