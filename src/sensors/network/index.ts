// The network sensor: connections, listeners, datagrams and names, with the process behind each; and hidden ports.

export { networkSensor } from './sensor.ts'
export { snapshotNetwork } from './snapshot.ts'
