// The durable state of this sensor: what every privileged and autostart file was when somebody last looked.

import type { SensorState } from '../sensor.ts'

const version = 1

/** Undefined when nothing was saved, or not by this version. */
export function loadFiles<T>(state: SensorState, name: string): ReadonlyMap<string, T> | undefined {
  const saved = state.load(name) as { version?: unknown; files?: unknown } | undefined
  if (saved?.version !== version || !Array.isArray(saved.files)) return undefined
  // Written by ourselves, into a folder that only root may write.
  return new Map(saved.files as [string, T][])
}

export function saveFiles(state: SensorState, name: string, files: ReadonlyMap<string, unknown>): void {
  state.save(name, { version, files: [...files] })
}
