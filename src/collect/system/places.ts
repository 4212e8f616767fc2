// Places that the steps look into besides their own reading, as targets are written: what everybody would take stands in
// content/collect/, here is only what the rows of a step speak of.

import { autostartPlaces, type AutostartPlace } from '../../sensors/files/autostart-places.ts'
import { openBraces } from '../../sensors/files/interests.ts'
import { accountHomes } from '../targets/account-homes.ts'
import { findPlaces, type Found, type Target, withHomes } from '../targets/index.ts'
import { readPlaces } from '../targets/place.ts'
import type { Host } from './host.ts'

interface Named {
  readonly id: string
  readonly about: string
  readonly attack?: readonly string[]
  readonly paths: readonly string[]
  readonly maxBytes?: number
}

/** Where things start by themselves: the table that the guard watches, and what only an examination looks at. */
export const autostartTargets: readonly Target[] = [
  ...(autostartPlaces satisfies readonly AutostartPlace[]).map(({ kind, technique, globs }) =>
    target({
      id: kind,
      about: kind,
      attack: [technique],
      paths: globs.flatMap((glob) => openBraces(glob)).map((glob) => glob.replace(/^~/, '%home%')),
    }),
  ),
  target({
    id: 'name-resolution',
    about: 'hosts, resolvers',
    attack: ['T1556'],
    paths: ['/etc/hosts', '/etc/resolv.conf', '/etc/gai.conf', '/etc/host.conf'],
  }),
  target({
    id: 'supervisor',
    about: 'inetd, supervisord, monit, runit, s6',
    attack: ['T1543'],
    paths: [
      '/etc/xinetd.d/**',
      '/etc/inetd.conf',
      '/etc/supervisor/**',
      '/etc/supervisord.conf',
      '/etc/supervisord.d/**',
      '/etc/monit/**',
      '/etc/sv/**',
      '/etc/service/**',
      '/etc/s6/**',
    ],
  }),
  target({
    id: 'at',
    about: 'jobs of at(1), also on Debian',
    attack: ['T1053.002'],
    paths: ['/var/spool/cron/atjobs/**', '/var/spool/cron/atspool/**'],
  }),
  target({
    id: 'editor-and-tool-startup',
    about: 'start files of editors, debuggers and tools',
    attack: ['T1546'],
    paths: [
      '/etc/vim/vimrc*',
      '/etc/{gdbinit,screenrc,tmux.conf,inputrc,logrotate.conf,dracut.conf}',
      '%home%/.{vimrc,exrc,gdbinit,screenrc,tmux.conf,gitconfig,curlrc,wgetrc,Xmodmap}',
      '%home%/.vim/plugin/**',
      '%home%/.config/nvim/init.{vim,lua}',
      '%home%/.config/git/config',
    ],
  }),
  target({
    id: 'motd',
    about: 'message of the day',
    attack: ['T1546'],
    paths: ['/etc/{motd,issue,issue.net}'],
  }),
]

export const bootImages: readonly Target[] = [
  target({
    id: 'boot-images',
    about: 'kernels, initial file systems, boot loaders',
    attack: ['T1542'],
    paths: [
      '/boot/{vmlinuz,vmlinux,initrd,initramfs,System.map,bzImage,Image}*',
      '/boot/{initrd,kernel}.img*',
      '/boot/efi/EFI/**/*.{efi,EFI}',
      '/efi/EFI/**/*.{efi,EFI}',
      '/boot/grub{,2}/**/{core.img,boot.img,*.efi}',
    ],
  }),
]

export const bootConfiguration: readonly Target[] = [
  target({
    id: 'boot-configuration',
    about: 'where command lines of kernels are written',
    attack: ['T1542'],
    paths: [
      '/boot/grub{,2}/grub.cfg',
      '/boot/efi/EFI/*/grub.cfg',
      '/{boot,efi,boot/efi}/loader/entries/*.conf',
      '/boot/{cmdline.txt,extlinux/extlinux.conf,syslinux/syslinux.cfg}',
      '/etc/default/grub',
      '/etc/default/grub.d/*',
      '/etc/kernel/cmdline',
    ],
  }),
]

export const gitHooks: readonly Target[] = [
  target({
    id: 'git-hooks',
    about: 'what runs when somebody works with a repository',
    attack: ['T1546'],
    paths: [
      '/{root,home,srv,opt,etc}/**/.git/{hooks/*,config}',
      '/var/{www,lib/git,git}/**/.git/{hooks/*,config}',
      '/usr/local/**/.git/{hooks/*,config}',
      '/{root,home,srv,opt}/**/*.git/{hooks/*,config}',
      '%home%/.config/git/hooks/*',
    ],
  }),
]

export const sshKeys: readonly Target[] = [
  target({
    id: 'ssh-keys',
    about: 'keys of users and of the host',
    attack: ['T1552.004'],
    paths: ['%home%/.ssh/**', '/etc/ssh/*', '/etc/dropbear/*'],
    maxBytes: 1024 * 1024,
  }),
]

export const accountFiles: readonly Target[] = [
  target({
    id: 'account-files',
    about: 'accounts, groups and rights, with their last states',
    attack: ['T1136.001', 'T1098'],
    paths: [
      '/etc/{passwd,group,shadow,gshadow,subuid,subgid}{,-}',
      '/var/backups/{passwd,group,shadow,gshadow}.bak',
      '/etc/security/opasswd',
      '/etc/{sudoers,doas.conf,login.defs,login.access}',
      '/etc/sudoers.d/**',
      '/etc/nsswitch.conf',
      '/var/lib/AccountsService/users/*',
    ],
  }),
]

export const logPlaces: readonly Target[] = [
  target({
    id: 'all-logs',
    about: 'logs, rotated and compressed ones too, and the journal',
    attack: ['T1070.002'],
    paths: [
      '/var/log/**',
      '/run/log/journal/**',
      '/var/adm/**',
      '/var/lib/{wtmpdb,lastlog}/*',
      '/run/cloud-init/*.{log,json}',
    ],
  }),
]

export const userTraces: readonly Target[] = [
  target({
    id: 'user-traces',
    about: 'histories of shells, editors, pagers and clients',
    attack: ['T1059.004', 'T1552.003'],
    paths: [
      '%home%/.*_history',
      '%home%/.*history',
      '%home%/.{zhistory,histfile,viminfo,lesshst,wget-hsts,dbshell,xsession-errors,sqlite_history}',
      '%home%/.local/share/fish/fish_history',
      '%home%/.local/share/nvim/shada/*',
      '%home%/.local/state/{lesshst,wget-hsts,python_history,nvim/shada/*}',
      '%home%/.mongodb/mongosh/mongosh_repl_history',
      '%home%/.config/fish/fish_history',
    ],
  }),
]

export const browserProfiles: readonly Target[] = [
  target({
    id: 'browsers',
    about: 'profiles of browsers',
    attack: ['T1217'],
    paths: [
      '%home%/{.mozilla/firefox,snap/firefox/common/.mozilla/firefox,.config/mozilla/firefox}/*/places.sqlite',
      '%home%/.var/app/*/.mozilla/firefox/*/places.sqlite',
      '%home%/{.config,.var/app/*/config,snap/*/common}/{google-chrome,chromium,microsoft-edge,vivaldi,opera}*/*/History',
      '%home%/.config/opera*/History',
      '%home%/.config/BraveSoftware/*/*/History',
    ],
  }),
]

function target({ id, about, attack = [], paths, maxBytes }: Named): Target {
  return {
    id,
    about,
    attack,
    profiles: ['quick', 'full'],
    places: paths.flatMap((path) => openBraces(path)).flatMap((path) => readPlaces(path, 'linux')),
    content: 'whole',
    ...(maxBytes === undefined ? {} : { maxBytes }),
  }
}

/** What lies at the places, homes of all accounts included; until the time of the step is over. */
export function* found(host: Host, targets: readonly Target[]): Generator<Found> {
  const { context, tree } = host
  const known = withHomes(targets, accountHomes(tree))
  const limits = { isOver: () => context.leftMs() <= 0, note: (text: string) => context.note(text) }
  for (const one of findPlaces(tree, known, limits)) if (one !== undefined && one.kind !== 'folder') yield one
}
