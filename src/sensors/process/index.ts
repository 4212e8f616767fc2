// The process sensor: exec, exit, credential changes, tracing, files without a name, modules; and hidden processes.

import type { SensorFactory } from '../sensor.ts'
import { ProcessSensor } from './sensor.ts'

export { snapshotProcesses } from './snapshot.ts'

export const processSensor: SensorFactory = (context) => new ProcessSensor(context)
