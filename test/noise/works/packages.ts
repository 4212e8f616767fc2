// Packages are installed, upgraded and removed: with programs, a service, a set-uid helper, a job of cron and maintainer scripts,
// as packages have them.

import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { call, type Work } from '../ground.ts'

const name = 'haechi-noise'

const versions = ['1.0', '2.0']

export const packages: Work = {
  name: 'packages',
  /** Made before anybody watches: what makes packages is not what installs them. */
  async prepare({ folder, stand }) {
    stand.after(() => spawnSync('dpkg', ['--purge', name]))
    for (const version of versions) await build(folder, version)
  },
  async run({ folder }) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    for (const version of versions) {
      await call('apt-get', ['install', '-q', '-y', fileOf(folder, version)], { env })
      await call('dpkg', ['--verify', name])
    }
    await call('apt-get', ['purge', '-q', '-y', name], { env })
    await call('apt-cache', ['policy', 'bash'])
  },
}

function fileOf(folder: string, version: string): string {
  return join(folder, `${name}_${version}_all.deb`)
}

async function build(folder: string, version: string): Promise<void> {
  const root = join(folder, `${name}-${version}`)
  const put = (path: string, content: string, mode = 0o644): void => {
    const full = join(root, path)
    mkdirSync(join(full, '..'), { recursive: true })
    writeFileSync(full, content)
    chmodSync(full, mode)
  }
  put('DEBIAN/control', control(version))
  put('DEBIAN/postinst', '#!/bin/sh\nset -e\nmkdir -p /var/lib/haechi-noise\nldconfig\n', 0o755)
  put('DEBIAN/postrm', '#!/bin/sh\nset -e\nrm -rf /var/lib/haechi-noise\n', 0o755)
  put('usr/bin/haechi-noise', '#!/bin/sh\necho working\n', 0o755)
  put('usr/lib/systemd/system/haechi-noise.service', '[Service]\nExecStart=/usr/bin/haechi-noise\n')
  put('etc/cron.d/haechi-noise', '17 4 * * * root /usr/bin/haechi-noise > /dev/null\n')
  put('etc/logrotate.d/haechi-noise', '/var/log/haechi-noise.log {\n  weekly\n  missingok\n}\n')
  put('etc/haechi-noise.conf', `version = ${version}\n`)
  const helper = join(root, 'usr/lib/haechi-noise/helper')
  mkdirSync(join(helper, '..'), { recursive: true })
  copyFileSync('/bin/true', helper)
  chmodSync(helper, 0o4755)
  await call('dpkg-deb', ['--root-owner-group', '--build', root, fileOf(folder, version)])
  rmSync(root, { recursive: true })
}

function control(version: string): string {
  return `Package: ${name}
Version: ${version}
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: work that means nothing
`
}
