// Which of the many changes of files become Events. A busy host changes thousands of files a second; what is told is
// what an investigation asks for. The first place that a path lies in decides; autostart places come before all of
// these, and set-uid files, set-gid files and file capabilities are told wherever they are.

/**
 * `everything`: every change of a name, of content and of attributes. `programs`: those of files that can be run (an
 * execute bit, an ELF or `#!` head). `nothing`: counted only.
 */
export type Tell = 'everything' | 'programs' | 'nothing'

export interface WatchedPlace {
  /** The `hx.file.place` of its events. */
  readonly name: string
  readonly tell: Tell
  /** event.severity of a created or changed program here; other changes have 1. */
  readonly severity: number
  readonly globs: readonly string[]
}

export const watchedPlaces = [
  // Written all the time by everybody; programs do not belong there, so a program is told all the same.
  { name: 'logs', tell: 'programs', severity: 40, globs: ['/var/log/**', '/var/cache/**'] },
  { name: 'configuration', tell: 'everything', severity: 1, globs: ['/etc/**'] },
  {
    name: 'system-programs',
    tell: 'everything',
    severity: 20,
    globs: ['/{usr/,usr/local/,}{bin,sbin}/**', '/{usr/,}lib/{systemd,polkit-1,openssh,sudo}/**', '/boot/**'],
  },
  {
    name: 'web-root',
    tell: 'everything',
    severity: 30,
    globs: [
      '/var/www/**',
      '/srv/{www,http,ftp}/**',
      '/usr/share/nginx/html/**',
      '/usr/share/{tomcat,jetty}*/webapps/**',
      '/var/lib/tomcat*/webapps/**',
      '/opt/{lampp/htdocs,bitnami/*/htdocs,tomcat*/webapps}/**',
      '~/public_html/**',
    ],
  },
  {
    name: 'temporary',
    tell: 'programs',
    severity: 40,
    globs: ['/tmp/**', '/var/tmp/**', '/dev/shm/**', '/run/user/**', '/run/lock/**', '/dev/mqueue/**'],
  },
  { name: 'ssh', tell: 'everything', severity: 40, globs: ['~/.ssh/**', '~/.gnupg/**'] },
  {
    name: 'shell-history',
    tell: 'everything',
    severity: 1,
    globs: [
      '~/.*_history',
      '~/.zhistory',
      '~/.histfile',
      '~/.local/share/fish/fish_history',
      '~/.{python,node_repl,mysql,psql}_history',
    ],
  },
  {
    name: 'credentials',
    tell: 'everything',
    severity: 20,
    globs: [
      '~/.{netrc,pgpass,my.cnf,npmrc,pypirc,git-credentials}',
      '~/.{aws,azure,kube,docker}/**',
      '~/.config/gcloud/**',
    ],
  },
] as const satisfies readonly WatchedPlace[]

/** File systems that store nothing: their files are made by the kernel. */
export const unstoredTypes: ReadonlySet<string> = new Set(
  (
    'proc sysfs devpts cgroup cgroup2 securityfs debugfs tracefs bpf mqueue hugetlbfs fusectl configfs ' +
    'pstore autofs binfmt_misc efivarfs nsfs rpc_pipefs selinuxfs resctrl rootfs'
  ).split(' '),
)

/** File systems of other hosts: their changes are not all seen here, and a walk would load the network. */
export const remoteTypes: ReadonlySet<string> = new Set(
  'nfs nfs4 cifs smb3 smbfs 9p ceph glusterfs lustre afs fuse.sshfs fuse.s3fs fuse.rclone fuse.glusterfs'.split(
    ' ',
  ),
)
