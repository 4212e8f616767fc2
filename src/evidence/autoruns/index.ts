// What starts by itself, as the registry tells it. See FORMAT.md.

export { type Autorun, autorunPlaces, autoruns, type MachineHives, type UserHives } from './find.ts'
export { type RegistryTask, tasksIn } from './task-cache.ts'
export { imageOf } from './command-line.ts'
