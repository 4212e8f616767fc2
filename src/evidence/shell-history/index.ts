// What shells and other programs keep of the lines that were typed into them.

export * from './format.ts'
export { type HistoryPlace, historyPlaces } from './places.ts'
