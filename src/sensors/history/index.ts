// What users type into shells and other programs.

import type { SensorFactory } from '../sensor.ts'
import { HistorySensor } from './sensor.ts'

export { snapshotHistory } from './snapshot.ts'

export const historySensor: SensorFactory = (context) => new HistorySensor(context)
