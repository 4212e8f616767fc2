import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'

import { requireRoot } from '../../../test/support/scratch.ts'
import { actionContext, kill, processesWith, until } from '../../../test/support/response.ts'
import type { Done, Plan } from '../action.ts'
import { disableAccount } from './disable-account.ts'

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 })
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stderr}`)
}

interface TestAccount {
  readonly name: string
  readonly home: string
  shadow(): string
  passwd(): string
}

/** A real account with this field of /etc/shadow; it goes with the test. */
function makeAccount(t: TestContext, password: string): TestAccount {
  const name = `haechi-t${randomBytes(4).toString('hex')}`
  const home = `/tmp/${name}`
  t.after(() => {
    spawnSync('userdel', ['-f', name])
    spawnSync('groupdel', [name])
    spawnSync('rm', ['-rf', home])
  })
  run('useradd', '-m', '-d', home, '-s', '/bin/sh', '-p', password, name)
  const entry = (path: string): string =>
    readFileSync(path, 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${name}:`)) ?? ''
  return { name, home, shadow: () => entry('/etc/shadow'), passwd: () => entry('/etc/passwd') }
}

function doneOf({ target, data }: Plan): Done {
  return { target, data: structuredClone(data), time: new Date().toISOString() }
}

const hash = '$6$salt$uD8w.hvbVvvhcVXLGdXVLmTDqH4iq3cwoVJbkJ8K5Q9hTZDzJgDvJ8yRxqGX'

test('an account is locked and expires, and comes back byte for byte', async (t) => {
  if (!requireRoot(t)) return
  for (const [password, expiry] of [
    [hash, ''],
    [hash, '30000'],
    ['', ''],
    ['*', '12345'],
    ['!', ''],
    [`!${hash}`, ''],
  ] as const) {
    const account = makeAccount(t, password)
    run('chage', '-d', '19000', '-m', '1', '-M', '90', '-W', '9', account.name)
    if (expiry !== '') run('chage', '-E', expiry, account.name)
    const [shadow, passwd] = [account.shadow(), account.passwd()]
    assert.equal(shadow.split(':')[1], password)
    const plan = await disableAccount.plan(account.name, actionContext())
    assert.equal(account.shadow(), shadow, 'a plan changes nothing')
    assert.equal(JSON.stringify(plan).includes('uD8w'), false, 'the log gets no hash')
    const { results } = await disableAccount.apply(plan, actionContext())
    assert.ok(results.every(({ ok }) => ok))
    const fields = account.shadow().split(':')
    assert.match(fields[1] ?? '', /^!/)
    assert.equal(fields[7], '1')
    const undone = await disableAccount.undo(doneOf(plan), actionContext())
    assert.equal(account.shadow(), shadow)
    assert.equal(account.passwd(), passwd)
    assert.deepEqual(undone, [{ text: 'password and expiry are as they were', ok: true }])
  }
})

test('a password that somebody set meanwhile stays', async (t) => {
  if (!requireRoot(t)) return
  const account = makeAccount(t, hash)
  const plan = await disableAccount.plan(account.name, actionContext())
  await disableAccount.apply(plan, actionContext())
  run('usermod', '-p', '$6$new$other', account.name)
  const [undone] = await disableAccount.undo(doneOf(plan), actionContext())
  assert.equal(account.shadow().split(':')[1], '$6$new$other')
  assert.equal(account.shadow().split(':')[7], '')
  assert.match(undone?.text ?? '', /somebody changed/)
})

test('an account without a password does not become one again when somebody locked it with another', async (t) => {
  if (!requireRoot(t)) return
  const account = makeAccount(t, '')
  run('chage', '-d', '19000', account.name)
  const plan = await disableAccount.plan(account.name, actionContext())
  await disableAccount.apply(plan, actionContext())
  run('usermod', '-p', '!$6$new$other', account.name)
  await disableAccount.undo(doneOf(plan), actionContext())
  assert.equal(account.shadow().split(':')[1], '!$6$new$other')
})

test('ssh keys are set aside and put back, and links of the account lead nowhere', async (t) => {
  if (!requireRoot(t)) return
  const account = makeAccount(t, hash)
  const context = actionContext({ keys: true })
  mkdirSync(`${account.home}/.ssh`)
  const keys = `${account.home}/.ssh/authorized_keys`
  writeFileSync(keys, 'ssh-ed25519 AAAA eve\n')
  const warned = await disableAccount.plan(account.name, actionContext())
  assert.match(warned.warnings.join(), /its ssh keys stay/)
  const plan = await disableAccount.plan(account.name, context)
  await disableAccount.apply(plan, context)
  assert.equal(existsSync(keys), false)
  const aside = `${keys}.haechi-${context.id}`
  assert.equal(readFileSync(aside, 'utf8'), 'ssh-ed25519 AAAA eve\n')
  writeFileSync(keys, 'new\n')
  const refused = await disableAccount.undo(doneOf(plan), context)
  assert.deepEqual(
    refused.map(({ ok }) => ok),
    [true, false],
  )
  assert.equal(readFileSync(keys, 'utf8'), 'new\n')
  spawnSync('rm', [keys])
  await disableAccount.undo(doneOf(plan), context)
  assert.equal(readFileSync(keys, 'utf8'), 'ssh-ed25519 AAAA eve\n')
  assert.equal(existsSync(aside), false)

  // The folder becomes a link to somebody else's.
  const other = `${account.home}/other`
  mkdirSync(other)
  writeFileSync(`${other}/authorized_keys`, 'of somebody else\n')
  spawnSync('rm', ['-r', `${account.home}/.ssh`])
  symlinkSync(other, `${account.home}/.ssh`)
  const linked = await disableAccount.plan(account.name, context)
  const { results } = await disableAccount.apply(linked, context)
  assert.match(results.at(-1)?.text ?? '', /symbolic link/)
  assert.equal(readFileSync(`${other}/authorized_keys`, 'utf8'), 'of somebody else\n')
})

test('its processes end on request only, those of others never', async (t) => {
  if (!requireRoot(t)) return
  const account = makeAccount(t, hash)
  const uid = Number(account.passwd().split(':')[2])
  const word = `${account.name}-process`
  const start = (as: number): void => {
    const child = spawn('setsid', ['sh', '-c', 'while :; do sleep 1; done', word], {
      uid: as,
      stdio: 'ignore',
      cwd: '/',
    })
    t.after(() => {
      kill(child.pid ?? 0)
      for (const pid of processesWith(word)) kill(pid)
    })
  }
  start(uid)
  start(uid)
  start(65_534)
  await until(() => processesWith(word).length === 3, 'three shells')
  const gentle = await disableAccount.plan(account.name, actionContext())
  assert.match(gentle.warnings.join(), /its processes go on/)
  await disableAccount.apply(gentle, actionContext())
  assert.equal(processesWith(word).length, 3)
  const context = actionContext({ endSessions: true })
  const { results } = await disableAccount.apply(await disableAccount.plan(account.name, context), context)
  assert.match(results.map(({ text }) => text).join('\n'), /processes ended: [2-4]/)
  assert.equal(processesWith(word).length, 1)
})

test('root, whoever asks and accounts that are none are refused', async (t) => {
  if (!requireRoot(t)) return
  await assert.rejects(disableAccount.plan('root', actionContext()), /it is root/)
  assert.match(
    (await disableAccount.plan('root', actionContext({ force: true }))).warnings.join(),
    /it is root/,
  )
  await assert.rejects(disableAccount.plan('haechi-nobody-at-all', actionContext()), /no account/)
  for (const name of ['', '-L', 'a:b', 'a\nb', '../x', 'a b'])
    await assert.rejects(disableAccount.plan(name, actionContext()), /no name of an account/)
})

test('an account that was made anew under the old name is not unlocked', async (t) => {
  if (!requireRoot(t)) return
  const account = makeAccount(t, hash)
  const plan = await disableAccount.plan(account.name, actionContext())
  const done = doneOf(plan)
  const other = { ...done, data: { ...done.data, uid: 1 } }
  await assert.rejects(disableAccount.undo(other, actionContext()), /another account by now/)
})
