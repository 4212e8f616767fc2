// Journal files of systemd: header, entries, fields, and an entry as the event that the sensors tell. See FORMAT.md.

export { journalEvent } from './event.ts'
export { isJournal, type JournalHeader, readJournalHeader } from './header.ts'
export { type JournalEntry, type JournalSummary, type JournalValue, readJournal } from './read-journal.ts'
