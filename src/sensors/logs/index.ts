// The logs sensor.

export { logsSensor, type LogsOptions, logsSensorWith } from './logs-sensor.ts'
export { snapshotLogs } from './snapshot.ts'
