// The login sensor and its snapshot.

import { loginSensorWith } from './sensor.ts'

export { snapshotLogins } from './snapshot.ts'

export const loginSensor = loginSensorWith({})
