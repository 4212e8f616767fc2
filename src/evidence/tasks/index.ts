export type { Task } from './task.ts'
export { readTask } from './tasks.ts'
