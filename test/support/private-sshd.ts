// Debian's sshd as a private instance on a port of the loopback, with two accounts of its own: one with a bad password, one
// with a key. Where the host has no syslog, one is started, so that its log is where it always is.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { requirePrograms, type Stand } from './programs.ts'
import { endTree, freePort } from './web-site.ts'

const startTimeoutMs = 5000
const authLog = '/var/log/auth.log'

export interface Account {
  readonly name: string
  readonly home: string
  readonly uid: number
}

export interface PrivateSshd {
  readonly port: number
  /** Logs in by password. */
  readonly weak: Account & { readonly password: string }
  /** Logs in by the key. */
  readonly keyed: Account & { readonly key: string }
  /** A program for ssh that tells it the password in TEST_PASSWORD. */
  readonly askpass: string
}

/** Undefined: the test is skipped. Needs root. */
export async function startSshd(t: Stand): Promise<PrivateSshd | undefined> {
  const programs = { '/usr/sbin/sshd': 'openssh-server', '/usr/bin/ssh': 'openssh-client' }
  const syslog: Readonly<Record<string, string>> = existsSync('/dev/log')
    ? {}
    : { '/usr/sbin/rsyslogd': 'rsyslog' }
  if (!requirePrograms(t, { ...programs, ...syslog })) return undefined
  const own = mkdtempSync(join(tmpdir(), 'haechi-sshd-'))
  t.after(() => {
    rmSync(own, { recursive: true, force: true })
  })
  chmodSync(own, 0o755)
  if (!existsSync('/dev/log')) await startSyslog(t, own)
  const name = `hx${own.slice(-6).toLowerCase()}`
  const password = `${own.slice(-6)}-Password1`
  const weak = { ...addAccount(t, `${name}a`), password }
  execFileSync('chpasswd', [], { input: `${weak.name}:${password}\n` })
  const keyed = { ...addAccount(t, `${name}b`), key: join(own, 'key') }
  for (const key of ['host', 'key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(own, key)])
  const port = await freePort()
  const configuration = join(own, 'sshd_config')
  writeFileSync(
    configuration,
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${own}/host
PidFile none
UsePAM no
UseDNS no
StrictModes no
PasswordAuthentication yes
AllowUsers ${weak.name} ${keyed.name}
AuthorizedKeysFile ${own}/%u.keys
`,
  )
  writeFileSync(join(own, `${keyed.name}.keys`), execFileSync('cat', [`${own}/key.pub`]), { mode: 0o644 })
  const askpass = join(own, 'askpass')
  writeFileSync(askpass, '#!/bin/sh\nprintf "%s\\n" "$TEST_PASSWORD"\n', { mode: 0o700 })
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const child = spawn('/usr/sbin/sshd', ['-D', '-f', configuration], { stdio: 'ignore' })
  t.after(() => {
    if (child.pid !== undefined) endTree(child.pid)
  })
  await untilThere(() => accepts(port), 'sshd')
  return { port, weak, keyed, askpass }
}

function addAccount(t: Stand, name: string): Account {
  const home = `/home/${name}`
  // Without PAM, sshd refuses accounts that are locked (`!`), also with a key.
  execFileSync('useradd', [
    '--create-home',
    '--home-dir',
    home,
    '--shell',
    '/bin/bash',
    '--password',
    '*',
    name,
  ])
  t.after(() => {
    // userdel(8) refuses an account that a process still has.
    spawnSync('userdel', ['--force', '--remove', name], { stdio: 'ignore' })
    rmSync(home, { recursive: true, force: true })
  })
  const { uid, gid } = statSync(home)
  writeFileSync(join(home, '.bash_history'), 'ls\ndf -h\nmake\n./run.sh\n', { mode: 0o600 })
  chownSync(join(home, '.bash_history'), uid, gid)
  return { name, home, uid }
}

async function startSyslog(t: Stand, own: string): Promise<void> {
  const wasThere = existsSync(authLog)
  const configuration = join(own, 'rsyslog.conf')
  writeFileSync(
    configuration,
    `module(load="imuxsock" SysSock.Name="/dev/log" SysSock.UsePIDFromSystem="on")
global(workDirectory="${own}")
auth,authpriv.* action(type="omfile" file="${authLog}" template="RSYSLOG_TraditionalFileFormat")
`,
  )
  if (!wasThere) appendFileSync(authLog, '', { mode: 0o640 })
  const child = spawn('/usr/sbin/rsyslogd', ['-n', '-f', configuration, '-i', join(own, 'rsyslog.pid')], {
    stdio: 'ignore',
  })
  t.after(() => {
    if (child.pid !== undefined) endTree(child.pid)
    rmSync('/dev/log', { force: true })
    if (!wasThere) rmSync(authLog, { force: true })
  })
  await untilThere(() => Promise.resolve(existsSync('/dev/log')), 'rsyslogd')
}

async function untilThere(isThere: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + startTimeoutMs
  while (!(await isThere())) {
    if (performance.now() > end) throw new Error(`${what} does not stand`)
    await delay(20)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' })
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}
