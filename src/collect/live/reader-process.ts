// The process behind `Reader`: runs one task at a time and hands over a part whenever it is asked for one. Ends when the process
// that started it goes away.

import { messageOf } from '../../base/app-error.ts'
import type { Answer, Parts, Request, Task } from './parts.ts'
import { runTask } from './tasks.ts'

let running: Parts | undefined

function begin(task: Task): void {
  running = runTask(task)
}

async function next(): Promise<Answer> {
  try {
    const step = await running?.next()
    return step === undefined || step.done === true ? { kind: 'end' } : step.value
  } catch (thrown) {
    return { kind: 'fault', text: messageOf(thrown) }
  }
}

process.on('message', (message) => {
  const request = message as Request
  if (request.kind === 'start') begin(request.task)
  // Its parent may be gone: then there is nobody to tell.
  else void next().then((answer) => process.send?.(answer, () => undefined))
})
