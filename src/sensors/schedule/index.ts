// Schedules of the host: cron, anacron, at, systemd timers.

import type { SensorFactory } from '../sensor.ts'
import { ScheduleSensor } from './sensor.ts'

export { snapshotSchedules } from './snapshot.ts'

export const scheduleSensor: SensorFactory = (context) => new ScheduleSensor(context)
