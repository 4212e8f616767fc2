// The files sensor and its snapshot.

import type { SensorFactory } from '../sensor.ts'
import { FilesSensor } from './files-sensor.ts'
import { defaultFilesOptions, type FilesOptions } from './options.ts'

export { snapshotFiles } from './snapshot.ts'

export const filesSensor: SensorFactory = (context) => new FilesSensor(context, defaultFilesOptions)

/** With other options than the usual ones. */
export function filesSensorWith(options: Partial<FilesOptions>): SensorFactory {
  return (context) => new FilesSensor(context, { ...defaultFilesOptions, ...options })
}
