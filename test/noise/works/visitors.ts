// Visitors of two web sites, and people who log in by ssh with a key.

import { crawl, logIn, read, search, sendPicture } from '../../support/benign-visitors.ts'
import { sshLogin } from '../../support/ssh-login.ts'
import type { WebSite } from '../../support/web-site.ts'
import type { Work } from '../ground.ts'

const visits = 60

export const visitors: Work = {
  name: 'visitors of web sites',
  async run({ apache, nginx }, round) {
    for (const site of [apache, nginx]) if (site !== undefined) await browse(site, round)
  },
}

async function browse(site: WebSite, round: number): Promise<void> {
  for (let visit = 0; visit < visits; visit += 1) {
    const reader = `127.0.1.${(visit % 200) + 1}`
    await Promise.all([
      read(site, reader, visit),
      search(site, reader, visit),
      crawl(site, '127.0.2.1', visit),
      sendPicture(site, '127.0.2.2', [], `round-${round}-${visit}.png`),
    ])
  }
  // Somebody else each time: compressed, one person's mistakes of an hour would look like guessing.
  for (const attempt of [0, 1, 2]) await logIn(site, `127.0.4.${(round % 200) + 1}`, attempt)
}

export const logins: Work = {
  name: 'logins by ssh',
  async run({ sshd }, round) {
    if (sshd === undefined) return
    const { name: user, key } = sshd.keyed
    const typed = [
      'ls -la',
      'df -h',
      'cat /etc/os-release',
      'ps aux | head',
      'echo "make: *** no rule"',
      'vi --version | head -1',
    ]
    // A mistyped password now and then, then the key.
    if (round % 10 === 0) await sshLogin(sshd, { from: '127.0.3.1', user, password: 'mistyped', typed: [] })
    if (!(await sshLogin(sshd, { from: '127.0.3.1', user, key, typed })))
      throw new Error('the login by key failed')
  },
}
