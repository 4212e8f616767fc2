// One event a line, in the classes of the Open Cybersecurity Schema Framework (OCSF 1.5).

import { AppendFile } from '../append-file.ts'
import { eventOf } from '../complete.ts'
import type { Origin, Output } from '../output.ts'
import { toOcsf } from './ocsf.ts'

export function openOcsf(path: string, origin: Origin, notice: (message: string) => void): Output {
  const file = new AppendFile(path, notice)
  return {
    write(rows) {
      const lines = rows.map(
        ({ json, sequence }) => `${JSON.stringify(toOcsf(eventOf(json, sequence), origin))}\n`,
      )
      file.append(lines.join(''), rows.length)
    },
    status: () => ({ id: 'ocsf', written: file.written, lost: file.lost }),
    close: () => file.close(),
  }
}
