export { readUsnJournal, type UsnRecord } from './usn-journal.ts'
