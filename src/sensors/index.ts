// The table of all sensors. Each is loaded when it is switched on.

import type { SensorFactory, SensorId, Snapshotter } from './sensor.ts'

export const sensorTable: Readonly<Record<SensorId, () => Promise<SensorFactory>>> = {
  process: async () => (await import('./process/index.ts')).processSensor,
  network: async () => (await import('./network/index.ts')).networkSensor,
  files: async () => (await import('./files/index.ts')).filesSensor,
  login: async () => (await import('./login/index.ts')).loginSensor,
  history: async () => (await import('./history/index.ts')).historySensor,
  service: async () => (await import('./service/index.ts')).serviceSensor,
  schedule: async () => (await import('./schedule/index.ts')).scheduleSensor,
  logs: async () => (await import('./logs/index.ts')).logsSensor,
}

/** What each can tell of the host as it is now, without running. */
export const snapshotTable: Readonly<Record<SensorId, () => Promise<Snapshotter>>> = {
  process: async () => (await import('./process/index.ts')).snapshotProcesses,
  network: async () => (await import('./network/index.ts')).snapshotNetwork,
  files: async () => (await import('./files/index.ts')).snapshotFiles,
  login: async () => (await import('./login/index.ts')).snapshotLogins,
  history: async () => (await import('./history/index.ts')).snapshotHistory,
  service: async () => (await import('./service/index.ts')).snapshotServices,
  schedule: async () => (await import('./schedule/index.ts')).snapshotSchedules,
  logs: async () => (await import('./logs/index.ts')).snapshotLogs,
}
