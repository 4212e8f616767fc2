// Something that starts by itself, wherever that is written: in a hive, in a file, in the repository of WMI.

import type { Autorun } from '../../evidence/autoruns/index.ts'

/** `key`: the registry's, or the path of the file. `time` is '' where there is none. */
export interface StartEntry extends Omit<Autorun, 'category'> {
  readonly category: string
}
