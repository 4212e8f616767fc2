// One file whose content changes in place: after every close the next open gets the answer for the new content.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { startGuard } from '../support/guard.ts'
import { eicar, python } from '../support/opener.ts'
import { probe, startProbe } from '../support/probe.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

interface Rewrites {
  readonly rounds: number
  readonly wrong: string[]
}

// Ends at the first few wrong answers: a guard that has died makes every further one wrong.
const rewrite = `
const result = { rounds: 0, wrong: [] }
const contents = ['clean and harmless, whoever reads it', args.eicar]
const end = now() + args.ms
while (now() < end && result.wrong.length < 5) {
  const infected = result.rounds % 2 === 1
  const fd = fs.openSync(args.path, fs.constants.O_WRONLY)
  fs.ftruncateSync(fd, 0)
  fs.writeSync(fd, contents[result.rounds % 2])
  fs.closeSync(fd)
  const { code, ms } = open(args.path)
  if (code !== (infected ? 'EPERM' : '')) {
    result.wrong.push('round ' + result.rounds + (infected ? ' infected' : ' clean') + ': "' + code + '" in ' + ms)
  }
  // Opening a refused file for writing is refused too: the next round needs another one.
  if (infected) {
    fs.rmSync(args.path)
    fs.writeFileSync(args.path, 'a new one')
  }
  result.rounds++
}
done(result)
`

test('clean and infected content in turn, written in place and closed: every next open is answered rightly', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = scratch.at('file')
  writeFileSync(path, 'clean\n')
  await using guard = await startGuard({ places: [scratch.path], args: ['--no-sweep', '--instances', '2'] })
  // Somebody else opens it all the time, so that marks are set in the worst moments.
  const other = startProbe<number>(
    'const end = now() + args.ms; let n = 0; while (now() < end) { open(args.path); n++ } done(n)',
    { path, ms: 2000 },
  )
  const result = await probe<Rewrites>(rewrite, { path, eicar, ms: 2000 })
  t.diagnostic(`${result.rounds} rewrites, ${await other.result} opens by another process meanwhile`)
  assert.deepEqual(result.wrong, [])
  assert.ok(result.rounds > 100)
  assert.equal(await guard.stop(), 0)
})

const heldOpen = `
import os, sys, time
path, eicar = sys.argv[1], sys.argv[2].encode()
clean = b'clean and harmless.' * 3
fd = os.open(path, os.O_RDWR)
wrong = 0
end = time.monotonic() + 1.5
rounds = 0
while time.monotonic() < end:
    infected = rounds % 2 == 1
    os.ftruncate(fd, 0)
    os.pwrite(fd, eicar if infected else clean, 0)
    try:
        os.close(os.open(path, os.O_RDONLY))
        refused = False
    except PermissionError:
        refused = True
    wrong += refused != infected
    rounds += 1
print(rounds, wrong)
`

test('a writer that keeps the file open: every open in between is answered for the content of that moment', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = scratch.at('file')
  writeFileSync(path, 'clean\n')
  await using guard = await startGuard({ places: [scratch.path], args: ['--no-sweep', '--instances', '2'] })
  const { stdout } = await python(heldOpen, [path, eicar])
  const [rounds = 0, wrong] = stdout.trim().split(' ').map(Number)
  t.diagnostic(`${rounds} rewrites`)
  assert.equal(wrong, 0)
  assert.ok(rounds > 100)
  assert.equal(await guard.stop(), 0)
})
