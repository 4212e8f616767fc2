// Services of the host: systemd units, init scripts, OpenRC, runit.

import type { SensorFactory } from '../sensor.ts'
import { ServiceSensor } from './sensor.ts'

export { snapshotServices } from './snapshot.ts'

export const serviceSensor: SensorFactory = (context) => new ServiceSensor(context)
