export { SqlitePages } from './pages.ts'
export { sqliteRows, sqliteTables, type SqliteRow, type SqliteValue } from './table.ts'
