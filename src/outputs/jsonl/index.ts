// One event a line, in the names of ECS.

import { AppendFile } from '../append-file.ts'
import { completer } from '../complete.ts'
import type { Origin, Output } from '../output.ts'

export function openJsonl(path: string, origin: Origin, notice: (message: string) => void): Output {
  const file = new AppendFile(path, notice)
  const complete = completer(origin)
  return {
    write(rows) {
      const text = rows.map(({ json, sequence }) => `${complete(json, sequence)}\n`).join('')
      file.append(text, rows.length)
    },
    status: () => ({ id: 'jsonl', written: file.written, lost: file.lost }),
    close: () => file.close(),
  }
}
