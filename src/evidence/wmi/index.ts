export { readWmiRepository, type WmiFiles, type WmiObject } from './subscriptions.ts'
