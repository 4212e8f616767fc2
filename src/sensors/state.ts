// Durable state of the sensors: one JSON file for each name, replaced atomically and synced, so that it survives
// kill -9 and a power cut as the old or the new one.

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../base/app-error.ts'
import type { SensorState } from './sensor.ts'

/** Names are letters, digits and dashes. `onProblem` is told what could not be read or written. */
export function openSensorState(folder: string, onProblem: (message: string) => void): SensorState {
  const pathOf = (name: string): string => join(folder, `${name}.json`)
  return {
    load(name) {
      try {
        return JSON.parse(readFileSync(pathOf(name), 'utf8')) as unknown
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT')
          onProblem(`the state ${pathOf(name)} is not used: ${messageOf(thrown)}`)
        return undefined
      }
    },
    save(name, value) {
      const path = pathOf(name)
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        replace(path, JSON.stringify(value))
      } catch (thrown) {
        onProblem(`the state ${path} cannot be written: ${messageOf(thrown)}`)
      }
    },
  }
}

function replace(path: string, text: string): void {
  const fresh = `${path}.new`
  const fd = openSync(fresh, 'w', 0o600)
  try {
    writeSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(fresh, path)
}
