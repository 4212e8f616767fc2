export { ask } from './control-socket.ts'
export { checkHost, type Check } from './doctor.ts'
export { explainConfig, type Explanation } from './explain.ts'
export { type Decision, Guard, type GuardOptions, type GuardStatus } from './guard.ts'
