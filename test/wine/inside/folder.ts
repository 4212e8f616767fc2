// Folders under watch: files that are written here, in a burst too, and what the scan says of them. Arguments: the folder.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

import { startAgent } from '../../../src/agent/index.ts'
import { load } from '../../../src/engine/index.ts'
import type { Event } from '../../../src/model/index.ts'

const [folder = ''] = process.argv.slice(2)
const eicar = Buffer.from(
  'WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=',
  'base64',
)
const events: Event[] = []
const engine = load()
const agent = startAgent({
  emit: (event) => events.push(event),
  channels: [],
  folders: [folder],
  polling: 'never',
  scanner: engine.instance(),
})

async function until(name: string): Promise<Event | undefined> {
  const endMs = Date.now() + 20_000
  while (Date.now() < endMs) {
    const found = events.find(
      ({ event, file }) => event.dataset === 'hx.verdict' && file?.path?.endsWith(name) === true,
    )
    if (found !== undefined) return found
    await setTimeout(20)
  }
  return undefined
}

writeFileSync(join(folder, 'new.com'), eicar)
const found = await until('new.com')
writeFileSync(join(folder, 'clean.exe'), 'MZ and nothing')
const clean = await until('clean.exe')
writeFileSync(join(folder, 'notes.txt'), 'not a program')
mkdirSync(join(folder, 'made later'))
writeFileSync(join(folder, 'made later', 'inner.bat'), eicar)
const inner = await until('inner.bat')
for (let index = 0; index < 5000; index += 1)
  writeFileSync(join(folder, `burst-${index}-${'x'.repeat(60)}.log`), '')
writeFileSync(join(folder, 'last.exe'), eicar)
const last = await until('last.exe')
const scanned = events.filter(({ event }) => event.dataset === 'hx.verdict').map(({ file }) => file?.path)
await agent.stop()
process.stdout.write(
  JSON.stringify({
    found,
    clean,
    inner,
    last,
    isTextScanned: scanned.some((path) => path?.endsWith('notes.txt') === true),
    notices: events.flatMap(({ event, message }) => (event.action === 'notice' ? [message] : [])),
  }),
)
