// How a level looks on a terminal: always its word, and a colour.

import type { IncidentLevel } from '../../../model/index.ts'
import type { Style } from '../../render/terminal.ts'

export const levelStyles: Readonly<Record<IncidentLevel, Style>> = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  informational: 'dim',
}
