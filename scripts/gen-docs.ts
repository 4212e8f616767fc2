// Writes docs/reference from the code: commands, configuration, output lines. With --check it only compares, and
// fails when a page is not what the code says.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { cliPage } from './docs/cli-page.ts'
import { configPage } from './docs/config-page.ts'
import { coveragePage } from './docs/coverage-page.ts'
import { eventsPage } from './docs/events-page.ts'
import { formatsPage } from './docs/formats-page.ts'
import { outputPage } from './docs/output-page.ts'

const folder = join(dirname(import.meta.dirname), 'docs/reference')
const pages = {
  'cli.md': await cliPage(),
  'config.md': configPage(),
  'coverage.md': coveragePage(),
  'events.md': eventsPage(),
  'formats.md': formatsPage(),
  'output.md': outputPage(),
}

if (process.argv.includes('--check')) {
  const stale = Object.entries(pages).filter(([name, text]) => current(name) !== text)
  for (const [name] of stale) console.error(`docs/reference/${name} is not what the code says: npm run docs`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(pages)) {
    if (current(name) !== text) writeFileSync(join(folder, name), text)
  }
}

function current(name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'utf8')
  } catch {
    return undefined
  }
}
