// Processes seen by polling, while the log is silent: one is started and ends.

import { spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'

import { startAgent } from '../../../src/agent/index.ts'
import type { Event } from '../../../src/model/index.ts'

const events: Event[] = []
const agent = startAgent({
  emit: (event) => events.push(event),
  channels: ['NoSuchChannel'],
  folders: [],
  polling: 'always',
})
const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)', 'polled'], { stdio: 'ignore' })

async function until(action: string): Promise<Event | undefined> {
  const endMs = Date.now() + 15_000
  while (Date.now() < endMs) {
    const found = events.find(({ event, process: of }) => event.action === action && of?.pid === child.pid)
    if (found !== undefined) return found
    await setTimeout(50)
  }
  return undefined
}

const started = await until('exec')
child.kill()
const ended = await until('exit')
const { refused } = agent.status
await agent.stop()
process.stdout.write(JSON.stringify({ pid: process.pid, childPid: child.pid, started, ended, refused }))
