// All mappings of our events.

import { auditdMappings } from './auditd.ts'
import { haechiMappings } from './haechi.ts'
import { linuxMappings } from './linux.ts'
import { logMappings } from './logs.ts'
import type { Mapping } from './mapping.ts'

export const eventMappings: readonly Mapping[] = [
  ...linuxMappings,
  ...auditdMappings,
  ...logMappings,
  ...haechiMappings,
]
