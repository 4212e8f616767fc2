// How far the parsers of evidence agree with independent tools, as figures: `npm run agree [-- NAME…]`. Each part needs its
// oracle (a Debian package) and says so when it is missing.

import { messageOf } from '../../../src/base/app-error.ts'

const parts = {
  evtx: () => import('./evtx.ts'),
  registry: () => import('./registry.ts'),
  prefetch: () => import('./prefetch.ts'),
  live: () => import('./live.ts'),
  journal: () => import('./journal.ts'),
  lnk: () => import('./lnk.ts'),
  'log-file': () => import('./log-file.ts'),
  mft: () => import('./mft.ts'),
  ese: () => import('./ese.ts'),
  disk: () => import('./disk.ts'),
  pe: () => import('./pe.ts'),
  authenticode: () => import('./authenticode.ts'),
  'import-risk': () => import('./import-risk.ts'),
  'process-fields': () => import('./process-fields.ts'),
} as const

const wanted = process.argv.slice(2)
for (const [name, load] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  try {
    const { agree } = await load()
    const { figures } = await agree()
    console.log(`\n${name}`)
    for (const [what, figure] of Object.entries(figures)) console.log(`  ${what.padEnd(44)} ${figure}`)
  } catch (thrown) {
    console.log(`\n${name}: not measured: ${messageOf(thrown)}`)
    process.exitCode = 1
  }
}
