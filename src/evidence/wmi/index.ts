export { readWmiRepository, type WmiFiles } from './subscriptions.ts'
export type { WmiObject } from './wmi-object.ts'
