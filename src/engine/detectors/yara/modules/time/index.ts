// The module `time`.

import type { Module } from '../module.ts'

export const timeModule: Module = {
  name: 'time',
  type: {
    kind: 'struct',
    fields: {
      /** Seconds since 1970. */
      now: {
        kind: 'function',
        overloads: [{ args: [], returns: 'int', call: () => Math.floor(Date.now() / 1000) }],
      },
    },
  },
  open: () => ({}),
}
