// A detector plugin that misbehaves on demand: what a file begins with says how. `load` it with --plugin.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const manifest = { name: 'troublemaker', kind: 'detector', module: 'troublemaker.mjs', api: 1 }

const source = `
const text = (head) => Buffer.from(head.subarray(0, 32)).toString('latin1')

function work(ms, budget) {
  const end = performance.now() + ms
  while (performance.now() < end) {
    // About a millisecond of work, as a decoder does it between two looks at the budget.
    const pause = performance.now() + 1
    while (performance.now() < pause);
    budget.checkTime()
  }
}

export const plugin = {
  id: 'troublemaker',
  detect(object, { budget, report }) {
    const [, command = '', ms = '0'] = /^(HANG|SLOW|LATE|THROW|HUNGRY|EXIT)-(\\d*)/.exec(text(object.head)) ?? []
    if (command === 'HANG') for (;;);
    if (command === 'SLOW' || command === 'LATE') work(Number(ms), budget)
    if (command === 'LATE') report('Test.Late', 0)
    if (command === 'THROW') throw new Error('thrown on purpose')
    if (command === 'EXIT') process.exit(3)
    if (command === 'HUNGRY') for (const kept = [];;) kept.push(new Array(10_000).fill(object))
  },
}
`

/** The plugin in a folder of its own outside every guarded place; it goes after the test. */
export function troublemaker(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-plugin-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'plugin.json'), JSON.stringify(manifest), { mode: 0o644 })
  writeFileSync(join(folder, 'troublemaker.mjs'), source, { mode: 0o644 })
  return folder
}

/** Arguments of a guard that has the plugin and sweeps nothing; `more` is split at spaces. */
export function options(t: TestContext, more: string): string[] {
  return ['--plugin', troublemaker(t), '--no-sweep', ...more.split(' ')]
}

/** Contents that make it misbehave; `salt` makes two of them differ. */
export const trouble = {
  /** Never returns. */
  hang: (salt = ''): string => `HANG- ${salt}`,
  /** Works for that long, looks at its budget, finds nothing. */
  slow: (ms: number, salt = ''): string => `SLOW-${ms} ${salt}`,
  /** The same, and then finds Test.Late. */
  late: (ms: number, salt = ''): string => `LATE-${ms} ${salt}`,
  throws: (salt = ''): string => `THROW- ${salt}`,
  /** Allocates until the thread's heap is full. */
  hungry: (salt = ''): string => `HUNGRY- ${salt}`,
  /** Calls process.exit, which ends the worker thread without an error. */
  exits: (salt = ''): string => `EXIT- ${salt}`,
} as const
