// Files that a request names only to read what the server must not give: by the places of Unix (FHS 3.0), Windows and servlet
// containers. Patterns take a path in lower case, separators as '/', and hold no quantifier that can go back.

interface Target {
  readonly what: string
  readonly pattern: RegExp
}

/** Telling wherever they stand in a path. */
const secretFiles: readonly Target[] = [
  {
    what: 'an account or host file of /etc',
    pattern:
      /(?:^|[^a-z0-9])etc\/{1,4}(?:\.\/)*(?:passwd|shadow|master\.passwd|gshadow|group|sudoers|hosts|issue|fstab|hostname|crontab|motd|resolv\.conf|ssh\/|security\/|mysql\/|apache2?\/|httpd\/|nginx\/|php|cron|services$)/,
  },
  {
    what: 'the kernel’s account of a process',
    pattern:
      /(?:^|[^a-z0-9])proc\/(?:self|version|cpuinfo|mounts|net|sched_debug|interrupts|\d{1,7})(?:\/|$|\0)/,
  },
  {
    what: 'a configuration file of Windows',
    pattern:
      /(?:^|[^a-z0-9])(?:boot|win|system|php)\.ini(?:$|[^a-z0-9.])|(?:^|[^a-z])[a-z]:(?:windowswin\.ini|inetpubwww)/,
  },
  {
    what: 'the system directory of Windows',
    pattern: /(?:windows|winnt)\/{1,4}(?:system ?32|repair\/|system\.ini|win\.ini|php\.ini|panther\/)/,
  },
  {
    what: 'the private directory of a servlet container',
    pattern: /(?:^|[^a-z])(?:web-inf|meta-inf)(?:\/?(?:web\.xml|context\.xml|classes|lib|maven)|$)/,
  },
  {
    what: 'a private key or a shell history',
    pattern:
      /(?:^|\/)\.(?:ssh\/(?:id_|authorized_keys|known_hosts|config)|bash_history|mysql_history|history$|zsh_history|netrc$|pgpass$|aws\/credentials|xauthority$)|^\/?\.(?:bashrc|bash_profile|cshrc|forward|logout|profile|rhosts|shosts|sh_history|passwd|pass)$|^\/?master\.passwd/,
  },
  { what: 'a password file of Apache', pattern: /(?:^|\/)\.ht(?:passwd|access|group)s?(?:$|[~.\0])/ },
]

/** Absolute places that no parameter of an application has a reason to name. */
const roots =
  /^\/{1,4}(?:\.\/)*(?:etc|proc|sys|root|boot|private|volumes|var\/(?:log|logs|lock|adm|mail|spool|lib|run|lp|cron|www|local|apache|html|db|cpanel|saf|webmin)|usr\/(?:local|lib|lib64|etc|pkg|pkgsrc|home|adm|spool|bin|sbin|libexec|internet|ports|apache2?|ucb|log)|opt\/(?:lampp|xampp|apache|httpd|nginx|mysql|tomcat|local|sun|bitnami)|xampp|apache2?|apache[- ]group|php[457]?|mysql|winnt|windows|inetpub|bin|sbin|logs?|library\/webserver|[a-z]:|home2?\/[^/]{1,32}\/\.[a-z])\/|^\/(?:var\/(?:log|adm|spool|mail|lock|run)|etc|root)(?:\/|$)|^\/(?:sys|proc)\/[a-z]/

const drive =
  /^[a-z]:[/]*(?:windows|winnt|boot\.ini|inetpub|program files|documents and settings|users\/|system32|xampp|wamp|apache|appserv|logs?\/|opt\/|php|mysql|nginx|tomcat|autoexec|config\.sys|sysprep|unattend)/

/** Names that end a path to a server's configuration or log. */
const serverFile =
  /\/(?:[a-z0-9._-]{0,40}(?:httpd|apache2?|nginx|vsftpd|proftpd|pure-?ftpd|lighttpd|sshd?|mysqld?|my|php|pg_hba|postgresql|squid|samba|smb|ldap|slapd|ntp|snmpd?|inetd|xinetd|syslogd?|rsyncd?|cups|exim|postfix|dovecot|named)[a-z0-9._-]{0,24}\.(?:conf|cnf|ini|cfg|log|err)[a-z0-9._-]{0,16}|(?:access|error|rewrite|transfer|ssl|suexec|referer|agent|exim|reject|main|panic|auth|secure|messages|maillog|xferlog|wtmp|utmp|lastlog)[._-]?(?:log|logs)?(?:\.[0-9a-z]{1,6})?)$/

/** @returns what the path names, or undefined; the path in lower case with '/' as separator. */
export function secretFileOf(path: string): string | undefined {
  for (const target of secretFiles) if (target.pattern.test(path)) return target.what
  return undefined
}

/** @returns what an absolute path names, or undefined. */
export function systemPlaceOf(path: string): string | undefined {
  if (roots.test(path)) return 'a place of the operating system by its absolute path'
  if (drive.test(path)) return 'a place of Windows by its absolute path'
  if (path.startsWith('/') && serverFile.test(path)) return 'a configuration or log file of a server'
  return undefined
}
