// Plugins of the tests, written to folders of their own; fit to be loaded unless a test says otherwise.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface PluginFolder {
  readonly path: string
  readonly module: string
}

/** Writes plugin.json and plugin.mjs. `manifest` replaces keys; a string is the whole file. */
export function pluginFolder(
  t: { readonly after: (clean: () => void) => void },
  source: string,
  manifest: Readonly<Record<string, unknown>> | string = {},
): PluginFolder {
  const root = mkdtempSync(join(tmpdir(), 'haechi-plugin-'))
  t.after(() => {
    rmSync(root, { recursive: true, force: true })
  })
  chmodSync(root, 0o755)
  const path = join(root, 'plugin')
  const module = join(path, 'plugin.mjs')
  mkdirSync(path)
  chmodSync(path, 0o755)
  const whole = { name: 'test', kind: 'detector', module: './plugin.mjs', api: 1 }
  const text = typeof manifest === 'string' ? manifest : JSON.stringify({ ...whole, ...manifest })
  writeFileSync(join(path, 'plugin.json'), text, { mode: 0o644 })
  writeFileSync(module, source, { mode: 0o644 })
  return { path, module }
}

/** Finds files that begin with ACME-TEST, as docs/guide/plugins.md shows it. */
export const acmeDetector = `
export const plugin = {
  id: 'acme',
  detect(object, context) {
    if (Buffer.from(object.head).toString('latin1').startsWith('ACME-TEST')) context.report('Acme.Test', 0)
  },
}
`

/** Files that begin with ACMEBOX: everything behind the first line is their one member. */
export const acmeFormat = `
export const plugin = {
  id: 'acme-box',
  kind: 'archive',
  matches: ({ head }) => Buffer.from(head.subarray(0, 8)).toString('latin1') === 'ACMEBOX\\n',
  *members({ source }, { budget }) {
    budget.checkTime()
    yield {
      name: 'inside',
      source: {
        get size() { return Math.max(0, source.size - 8) },
        read(offset, length) { budget.checkTime(); return source.read(8 + offset, length) },
      },
    }
  },
}
`
