// The host is operated: jobs of cron, sudo, rotation of logs, backups, restarts of servers, configuration by a tool.

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { webUser } from '../../support/web-site.ts'
import { call, shell, type Work } from '../ground.ts'

export const cronJobs: Work = {
  name: 'jobs of cron',
  async run({ folder }) {
    const place = join(folder, 'daily')
    mkdirSync(place, { recursive: true })
    for (const [name, body] of Object.entries(jobs)) {
      writeFileSync(join(place, name), `#!/bin/sh\n${body}\n`)
      chmodSync(join(place, name), 0o755)
    }
    await call('run-parts', ['--report', place])
    await shell('[ -x /usr/lib/php/sessionclean ] && true; test -e /run/systemd/system || true')
    await shell(`cd / && find /tmp -maxdepth 1 -name 'haechi-none*' -mtime +7 -delete`)
  },
}

const jobs: Readonly<Record<string, string>> = {
  'man-pages': 'find /usr/share/man -maxdepth 1 -type d > /dev/null',
  passwd:
    'cmp -s /etc/passwd /etc/passwd && cp -p /etc/passwd /var/backups/haechi-noise.bak && rm /var/backups/haechi-noise.bak',
  space: "df -P / | tail -1 | awk '{ print $5 }' > /dev/null",
  dpkg: 'dpkg --get-selections > /dev/null',
}

export const administration: Work = {
  name: 'administration',
  async run() {
    await call('sudo', ['-u', webUser, 'id'])
    await call('sudo', ['-n', 'ls', '/root'])
    for (const line of [
      'ps auxf',
      'ss -ltnp',
      'df -h',
      'uname -a; id; whoami; hostname',
      'cat /etc/os-release',
      'last -n 3',
      'tail -n 5 /var/log/dpkg.log',
      'crontab -l || true',
    ])
      await shell(line)
  },
}

export const rotation: Work = {
  name: 'rotation of logs',
  async run({ folder, apache, nginx }) {
    const configuration = join(folder, 'logrotate.conf')
    const logs = [apache, nginx].flatMap((site) =>
      site === undefined ? [] : [site.accessLog, site.errorLog],
    )
    if (logs.length === 0) return
    writeFileSync(
      configuration,
      `${logs.slice(0, 2).join(' ')} {\n su root root\n rotate 3\n compress\n copytruncate\n}\n` +
        `${logs.slice(2).join(' ')} {\n su root root\n rotate 3\n compress\n delaycompress\n copytruncate\n}\n`,
    )
    await call('logrotate', ['-f', '-s', join(folder, 'logrotate.state'), configuration])
  },
}

export const backups: Work = {
  name: 'backups',
  async run({ folder }, round) {
    await shell(
      `tar -czf ${folder}/etc-${round}.tar.gz /etc 2>/dev/null; sha256sum ${folder}/etc-${round}.tar.gz`,
    )
    const copy = join(folder, 'mirror')
    if (existsSync('/usr/bin/rsync')) await call('rsync', ['-a', '--delete', '/etc/', copy])
    else await shell(`rm -rf ${copy} && cp -a /etc ${copy}`)
  },
}

export const configuration: Work = {
  name: 'configuration by a tool',
  async run({ stand, folder }, round) {
    const files: Readonly<Record<string, string>> = {
      '/etc/sysctl.d/90-haechi-noise.conf': 'net.ipv4.tcp_syncookies = 1\n',
      '/etc/haechi-noise.d/main.conf': `round = ${round}\n`,
      '/etc/profile.d/haechi-noise.sh': `export HAECHI_NOISE=${round}\n`,
      '/etc/cron.d/haechi-noise-tool': `${round % 60} 3 * * * root test -x /usr/bin/true\n`,
      '/etc/systemd/system/haechi-noise-tool.service': `[Service]\nExecStart=/bin/true ${round}\n`,
      '/etc/logrotate.d/haechi-noise-tool': '/var/log/none.log { missingok }\n',
    }
    const remove = (): void => {
      for (const path of [...Object.keys(files), '/etc/haechi-noise.d'])
        rmSync(path, { recursive: true, force: true })
    }
    stand.after(remove)
    const script = join(folder, 'tool.py')
    writeFileSync(script, tool)
    await call('python3', [script], { input: JSON.stringify(files) })
    if (readFileSync('/etc/haechi-noise.d/main.conf', 'utf8') !== `round = ${round}\n`)
      throw new Error('not configured')
  },
}

/** Writes each file beside and renames it, as Ansible and Puppet do. */
const tool = `import json, os, sys
for path, content in json.load(sys.stdin).items():
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + '.tmp', 'w') as f:
        f.write(content)
    os.chmod(path + '.tmp', 0o644)
    os.rename(path + '.tmp', path)
`
