import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { run } from '../../../test/support/opener.ts'
import { whileNobodyWrites } from './lease.ts'

/** What `whileNobodyWrites` says about a file, by a descriptor of its own. */
function leaseOn(path: string): 'ran' | undefined {
  const fd = openSync(path, 'r')
  try {
    return whileNobodyWrites(fd, () => 'ran' as const)
  } finally {
    closeSync(fd)
  }
}

/** A python3 that runs `code` with the file as `path`, says so, and holds what it has until the test ends. */
async function holding(t: TestContext, path: string, code: string): Promise<() => Promise<void>> {
  const script = `import mmap, os, sys\npath = sys.argv[1]\n${code}\nprint('held', flush=True)\nsys.stdin.read()`
  const child = spawn('python3', ['-c', script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  await Promise.race([once(child.stdout, 'data'), failure(child)])
  return async () => {
    child.stdin.end()
    if (child.exitCode === null) await once(child, 'exit')
  }
}

async function failure(child: ReturnType<typeof spawn>): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`python3 ended with ${code}`)
}

const mapWritable = `
fd = os.open(path, os.O_RDWR)
held = mmap.mmap(fd, 0, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
os.close(fd)`
const mapReadable = `
fd = os.open(path, os.O_RDONLY)
held = mmap.mmap(fd, 0, mmap.MAP_SHARED, mmap.PROT_READ)
os.close(fd)`

test('nobody has the file: the work is done, and its result comes back', (t) => {
  assert.equal(leaseOn(withFolder(t).file('file', 'content')), 'ran')
})

const holders = [
  { title: 'open for writing', code: 'held = os.open(path, os.O_WRONLY)', expected: undefined },
  {
    title: 'open for appending',
    code: 'held = os.open(path, os.O_WRONLY | os.O_APPEND)',
    expected: undefined,
  },
  { title: 'open for reading and writing', code: 'held = os.open(path, os.O_RDWR)', expected: undefined },
  { title: 'mapped writable, its descriptor closed', code: mapWritable, expected: undefined },
  { title: 'open for reading', code: 'held = os.open(path, os.O_RDONLY)', expected: 'ran' },
  { title: 'mapped for reading', code: mapReadable, expected: 'ran' },
] as const
for (const { title, code, expected } of holders) {
  test(`another process has the file ${title}: the work is ${expected === undefined ? 'not ' : ''}done`, async (t) => {
    const path = withFolder(t).file('file', 'content')
    const release = await holding(t, path, code)
    assert.equal(leaseOn(path), expected)
    await release()
    assert.equal(leaseOn(path), 'ran')
  })
}

test('this process itself has the file open for writing: the work is not done', (t) => {
  const path = withFolder(t).file('file', 'content')
  const fd = openSync(path, 'r+')
  assert.equal(leaseOn(path), undefined)
  closeSync(fd)
  assert.equal(leaseOn(path), 'ran')
})

test('the lease is over with the work, also when that throws: writers do not wait', async (t) => {
  const path = withFolder(t).file('file', 'content')
  const fd = openSync(path, 'r')
  whileNobodyWrites(fd, () => 0)
  const fault = (): never => {
    throw new Error('on purpose')
  }
  assert.throws(() => whileNobodyWrites(fd, fault), /on purpose/)
  const { ok } = await run('sh', ['-c', 'echo more >> "$1"', 'sh', path], { timeoutMs: 5000 })
  assert.ok(ok)
  assert.match(readFileSync(path, 'utf8'), /more/)
  closeSync(fd)
})

test('where no lease can be had the work is not done and nothing is thrown', () => {
  assert.equal(
    whileNobodyWrites(-1, () => 0),
    undefined,
  )
  const fd = openSync('/dev/null', 'r')
  assert.equal(
    whileNobodyWrites(fd, () => 0),
    undefined,
  )
  closeSync(fd)
})

test('a writer that comes while the lease is held waits for its end, and does not kill the holder', async (t) => {
  const folder = withFolder(t)
  const path = folder.file('file', 'content')
  const code = `
    import { openSync, readFileSync } from 'node:fs'
    import { spawn } from 'node:child_process'
    import { ignoreLeaseBreaks, whileNobodyWrites } from ${JSON.stringify(new URL('lease.ts', import.meta.url).href)}
    ignoreLeaseBreaks()
    const fd = openSync(process.argv[1], 'r')
    const seen = whileNobodyWrites(fd, () => {
      spawn('sh', ['-c', 'echo changed > "$1"', 'sh', process.argv[1]], { stdio: 'ignore' })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
      return readFileSync(fd, 'utf8')
    })
    console.log(seen)`
  const { ok, stdout, stderr } = await run(
    process.execPath,
    ['--input-type=module-typescript', '-e', code, path],
    { timeoutMs: 20_000 },
  )
  assert.ok(ok, stderr)
  assert.equal(stdout, 'content\n')
  writeFileSync(path, 'free again')
})
