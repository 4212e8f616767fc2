// Where software can be made to start by itself, to start with others, or to be let in: the places that intruders use
// to come back (MITRE ATT&CK: persistence, privilege escalation). `~` stands for the home of every user, `**` for any
// depth; both /lib and /usr/lib, because they are one folder on some hosts and two on others.

export interface AutostartPlace {
  /** The `hx.autostart.kind` of its events. */
  readonly kind: string
  /** ATT&CK technique. */
  readonly technique: string
  /** event.severity of a change that no package manager made. */
  readonly severity: number
  readonly globs: readonly string[]
  /** Many and large: known by size and times, not by content. */
  readonly content?: 'not-read'
}

export const autostartPlaces = [
  {
    kind: 'preload',
    technique: 'T1574.006',
    severity: 90,
    globs: ['/etc/ld.so.preload', '/etc/ld.so.conf', '/etc/ld.so.conf.d/**'],
  },
  {
    kind: 'cron',
    technique: 'T1053.003',
    severity: 60,
    globs: [
      '/etc/crontab',
      '/etc/anacrontab',
      '/etc/cron.{allow,deny}',
      '/etc/cron.{d,hourly,daily,weekly,monthly,yearly}/**',
      '/var/spool/cron/**',
    ],
  },
  {
    kind: 'at',
    technique: 'T1053.002',
    severity: 60,
    globs: ['/etc/at.{allow,deny}', '/var/spool/at/**', '/var/spool/atjobs/**'],
  },
  {
    kind: 'systemd-timer',
    technique: 'T1053.006',
    severity: 60,
    globs: [
      '/etc/systemd/**/*.timer',
      '/run/systemd/{system,user,transient}/**/*.timer',
      '/{usr/,usr/local/,}lib/systemd/{system,user}/**/*.timer',
      '~/.config/systemd/user/**/*.timer',
      '~/.local/share/systemd/user/**/*.timer',
    ],
  },
  {
    kind: 'systemd-generator',
    technique: 'T1543.002',
    severity: 80,
    globs: [
      '/{etc,run}/systemd/{system,user}-{generators,environment-generators}/**',
      '/{usr/,usr/local/,}lib/systemd/{system,user}-{generators,environment-generators}/**',
      '/{usr/,}lib/systemd/system-{shutdown,sleep}/**',
    ],
  },
  {
    kind: 'systemd-unit',
    technique: 'T1543.002',
    severity: 60,
    globs: [
      '/etc/systemd/**',
      '/run/systemd/{system,user,transient}/**',
      '/{usr/,usr/local/,}lib/systemd/{system,user}/**',
      '~/.config/systemd/user/**',
      '~/.local/share/systemd/user/**',
    ],
  },
  {
    kind: 'init-script',
    technique: 'T1037.004',
    severity: 60,
    globs: [
      '/etc/init.d/**',
      '/etc/rc.local',
      '/etc/rc[0-6S].d/**',
      '/etc/rc.d/**',
      '/etc/inittab',
      '/etc/init/**',
      '/etc/network/if-*.d/**',
      '/etc/NetworkManager/dispatcher.d/**',
      '/etc/dhcp/dhclient-*-hooks.d/**',
      '/etc/acpi/**',
      '/etc/pm/**',
    ],
  },
  {
    kind: 'shell-profile',
    technique: 'T1546.004',
    severity: 50,
    globs: [
      '/etc/profile',
      '/etc/profile.d/**',
      '/etc/environment',
      '/etc/bash{rc,.bashrc,.bash_logout}',
      '/etc/bashrc.d/**',
      '/etc/zsh/**',
      '/etc/z{shenv,profile,shrc,login,logout}',
      '/etc/fish/**',
      '/etc/csh.{cshrc,login,logout}',
      '/etc/skel/.*',
      '~/.{bashrc,bash_profile,bash_login,bash_logout,bash_aliases,profile,inputrc}',
      '~/.z{shenv,profile,shrc,login,logout}',
      '~/.{kshrc,mkshrc,cshrc,tcshrc,login,logout,shrc,pam_environment}',
      '~/.bashrc.d/**',
      '~/.config/fish/**',
      '~/.config/environment.d/**',
    ],
  },
  {
    kind: 'ssh-authorized-keys',
    technique: 'T1098.004',
    severity: 70,
    globs: ['~/.ssh/authorized_keys*', '/etc/ssh/authorized_keys*', '/etc/ssh/authorized_keys.d/**'],
  },
  {
    kind: 'ssh-config',
    technique: 'T1556',
    severity: 60,
    globs: [
      '/etc/ssh/sshd_config',
      '/etc/ssh/sshd_config.d/**',
      '/etc/ssh/sshrc',
      '~/.ssh/{rc,environment,config}',
      '~/.{shosts,rhosts}',
      '/etc/{hosts.equiv,shosts.equiv}',
    ],
  },
  {
    kind: 'sudoers',
    technique: 'T1548.003',
    severity: 80,
    globs: ['/etc/sudoers', '/etc/sudoers.d/**', '/etc/doas.conf'],
  },
  {
    kind: 'polkit',
    technique: 'T1548',
    severity: 60,
    globs: ['/etc/polkit-1/**', '/usr/share/polkit-1/{rules.d,actions}/**', '/usr/local/share/polkit-1/**'],
  },
  {
    kind: 'pam',
    technique: 'T1556.003',
    severity: 80,
    globs: [
      '/etc/pam.conf',
      '/etc/pam.d/**',
      '/etc/security/**',
      '/{usr/,}lib/pam.d/**',
      '/{usr/,}lib{,32,64}/security/**',
      '/{usr/,}lib/*-linux-gnu*/security/**',
    ],
  },
  {
    kind: 'nss',
    technique: 'T1556',
    severity: 70,
    globs: [
      '/etc/nsswitch.conf',
      '/{usr/,}lib{,32,64}/libnss_*.so*',
      '/{usr/,}lib/*-linux-gnu*/libnss_*.so*',
    ],
  },
  {
    kind: 'accounts',
    technique: 'T1136.001',
    severity: 50,
    globs: ['/etc/{passwd,group,shadow,gshadow,subuid,subgid}'],
  },
  {
    kind: 'udev-rule',
    technique: 'T1546.017',
    severity: 60,
    globs: ['/{etc,run}/udev/**', '/{usr/,usr/local/,}lib/udev/rules.d/**'],
  },
  {
    kind: 'kernel-module',
    technique: 'T1547.006',
    severity: 70,
    globs: ['/{usr/,}lib/modules/**'],
    content: 'not-read',
  },
  {
    kind: 'kernel-module-config',
    technique: 'T1547.006',
    severity: 70,
    globs: [
      '/etc/modules',
      '/{etc,run}/{modules-load,modprobe}.d/**',
      '/{usr/,}lib/{modules-load,modprobe}.d/**',
      '/etc/dkms/**',
    ],
  },
  {
    kind: 'boot',
    technique: 'T1542',
    severity: 70,
    globs: [
      '/etc/default/grub',
      '/etc/default/grub.d/**',
      '/etc/grub.d/**',
      '/boot/grub{,2}/grub.cfg',
      '/boot/loader/**',
      '/boot/efi/**/*.{cfg,conf}',
      '/etc/kernel/**',
      '/etc/initramfs-tools/**',
      '/etc/dracut.conf',
      '/etc/dracut.conf.d/**',
    ],
  },
  {
    kind: 'sysctl',
    technique: 'T1562',
    severity: 40,
    globs: ['/etc/sysctl.conf', '/{etc,run}/sysctl.d/**', '/{usr/,}lib/sysctl.d/**'],
  },
  {
    kind: 'binfmt',
    technique: 'T1546',
    severity: 60,
    globs: ['/{etc,run}/binfmt.d/**', '/{usr/,}lib/binfmt.d/**', '/var/lib/binfmts/**'],
  },
  {
    kind: 'tmpfiles',
    technique: 'T1053',
    severity: 40,
    globs: ['/{etc,run}/tmpfiles.d/**', '/{usr/,}lib/tmpfiles.d/**'],
  },
  {
    kind: 'xdg-autostart',
    technique: 'T1547.013',
    severity: 60,
    globs: [
      '/etc/xdg/autostart/**',
      '/usr/share/{autostart,gnome/autostart}/**',
      '~/.config/{autostart,autostart-scripts,plasma-workspace}/**',
      '~/.{xprofile,xinitrc,xsession,xsessionrc,Xsession}',
      '/etc/X11/{Xsession.d,xinit}/**',
    ],
  },
  {
    kind: 'dbus-service',
    technique: 'T1543',
    severity: 50,
    globs: ['/usr/{local/,}share/dbus-1/{services,system-services}/**', '~/.local/share/dbus-1/services/**'],
  },
  { kind: 'motd', technique: 'T1546', severity: 60, globs: ['/etc/update-motd.d/**'] },
  {
    kind: 'package-hook',
    technique: 'T1546.016',
    severity: 60,
    globs: [
      '/etc/apt/apt.conf',
      '/etc/apt/apt.conf.d/**',
      '/etc/dpkg/dpkg.cfg',
      '/etc/dpkg/dpkg.cfg.d/**',
      '/etc/{dnf,yum}/{plugins,pluginconf.d,libdnf5-plugins}/**',
      '/etc/{dnf/dnf,yum}.conf',
      '/etc/zypp/**/*.conf',
      '/etc/pacman.d/hooks/**',
    ],
  },
  {
    kind: 'package-source',
    technique: 'T1195.002',
    severity: 40,
    globs: [
      '/etc/apt/{sources.list,trusted.gpg}',
      '/etc/apt/{sources.list,trusted.gpg}.d/**',
      '/etc/{yum.repos.d,zypp/repos.d}/**',
    ],
  },
  {
    kind: 'web-server-module',
    technique: 'T1505.004',
    severity: 50,
    globs: [
      '/etc/apache2/{mods,conf,sites}-{available,enabled}/**',
      '/etc/apache2/*.conf',
      '/etc/httpd/{conf,conf.d,conf.modules.d}/**',
      '/etc/nginx/**',
      '/usr/lib{,64}/{apache2,httpd,nginx}/modules/**',
      '/etc/php*/**/*.ini',
    ],
  },
  {
    kind: 'log-daemon',
    technique: 'T1562.001',
    severity: 40,
    globs: [
      '/etc/{rsyslog,syslog-ng/syslog-ng,logrotate}.conf',
      '/etc/{rsyslog,logrotate}.d/**',
      '/etc/audit/**',
    ],
  },
  {
    kind: 'python-startup',
    technique: 'T1546.018',
    severity: 50,
    globs: [
      '/usr/{local/,}lib/python3*/{sitecustomize,usercustomize}.py',
      '/usr/{local/,}lib/python3*/{dist,site}-packages/*.pth',
      '~/.local/lib/python3*/site-packages/{*.pth,usercustomize.py}',
    ],
  },
] as const satisfies readonly AutostartPlace[]
