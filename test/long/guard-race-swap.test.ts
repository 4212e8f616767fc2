// What an open returns is what was judged, whatever is renamed while the question is open.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { startGuard } from '../support/guard.ts'
import { eicar } from '../support/opener.ts'
import { startProbe } from '../support/probe.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const runMs = 2500

interface Reads {
  readonly clean: number
  readonly infected: number
  readonly refused: number
}

/** Opens and reads a path as often as it can; infected is what begins like the test file. */
const readLoop = `
const end = now() + args.ms
const reads = { clean: 0, infected: 0, refused: 0 }
const buffer = Buffer.alloc(128)
while (now() < end) {
  let fd
  try {
    fd = fs.openSync(args.path)
  } catch (thrown) {
    if (thrown.code === 'EPERM') reads.refused++
    else if (thrown.code !== 'ENOENT') throw thrown
    continue
  }
  const count = fs.readSync(fd, buffer, 0, 128, 0)
  if (buffer.toString('latin1', 0, Math.min(3, count)) === 'X5O') reads.infected++
  else reads.clean++
  fs.closeSync(fd)
}
done(reads)
`

const swaps = {
  /** Two files change names: renameat2(RENAME_EXCHANGE) is not in Node, three renames do. */
  rename: `
const end = now() + args.ms
let rounds = 0
while (now() < end) {
  fs.renameSync(args.path, args.spare)
  fs.renameSync(args.other, args.path)
  fs.renameSync(args.spare, args.other)
  rounds++
}
done(rounds)`,
  'symbolic link': `
const end = now() + args.ms
const targets = [args.spare, args.other]
let rounds = 0
while (now() < end) {
  fs.symlinkSync(targets[rounds++ % 2], args.path + '.new')
  fs.renameSync(args.path + '.new', args.path)
}
done(rounds)`,
  'hard link': `
const end = now() + args.ms
const targets = [args.spare, args.other]
let rounds = 0
while (now() < end) {
  fs.linkSync(targets[rounds++ % 2], args.path + '.new')
  fs.renameSync(args.path + '.new', args.path)
  try { fs.unlinkSync(args.path + '.new') } catch {}
}
done(rounds)`,
} as const

for (const [way, swap] of Object.entries(swaps)) {
  test(`a clean and an infected file swapped by ${way} in a loop: no open ever returns the infected one`, async (t) => {
    if (!requireRoot(t)) return
    const scratch = withScratch(t)
    const place = scratch.folder('place')
    mkdirSync(scratch.at('place', 'held'))
    const paths = {
      path: scratch.at('place', 'file'),
      other: scratch.at('place', 'held', 'infected'),
      spare: scratch.at('place', 'held', 'clean'),
    }
    writeFileSync(paths.other, eicar)
    writeFileSync(way === 'rename' ? paths.path : paths.spare, 'clean and harmless\n')
    await using guard = await startGuard({ places: [place], args: ['--no-sweep', '--instances', '2'] })
    const swapper = startProbe<number>(swap, { ...paths, ms: runMs })
    const readers = [0, 1].map(() => startProbe<Reads>(readLoop, { path: paths.path, ms: runMs }))
    const [rounds, ...reads] = await Promise.all([swapper.result, ...readers.map(({ result }) => result)])
    const sum = (of: keyof Reads): number => reads.reduce((total, each) => total + each[of], 0)
    t.diagnostic(
      `${rounds} swaps; ${sum('clean')} clean, ${sum('refused')} refused, ${sum('infected')} infected`,
    )
    assert.equal(sum('infected'), 0)
    assert.ok(sum('clean') > 50 && sum('refused') > 50, 'both were met')
    assert.equal(await guard.stop(), 0)
  })
}
