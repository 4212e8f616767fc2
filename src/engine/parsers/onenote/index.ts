// OneNote sections: their embedded files.

export { type EmbeddedFile, embeddedFiles, isOneNote, isPackaged } from './store.ts'
