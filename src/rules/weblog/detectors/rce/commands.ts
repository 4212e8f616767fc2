// The commands that intruders inject, sorted by how much the bare name tells: a word of no language tells much, 'cat' or 'time'
// nothing without an argument that only a command takes.

type CommandKind =
  /** No language's word: tells without arguments. */
  | 'sure'
  /** Commonly injected alone, to see its output; the name is short or a word. */
  | 'alone'
  /** Tells only with an argument of a command. */
  | 'plain'
  /** Runs the command that follows. */
  | 'runner'

const lists: Readonly<Record<CommandKind, string>> = {
  sure: `whoami ifconfig ipconfig netstat systeminfo sysinfo tasklist taskkill nslookup traceroute tracert lsof printenv uname wget
    ncat socat netcat powershell pwsh certutil bitsadmin mshta regsvr32 regedit rundll32 wscript cscript schtasks wmic netsh vssadmin bcdedit
    bcdboot nltest cacls icacls mkfifo mknod visudo useradd adduser usermod gunzip zcat bzcat xzcat unxz zstdcat
    bunzip2 uconv htop chroot setfacl getent sshpass systemd-run lsmod insmod tcpdump aa-disable cscli chef-client chef-shell
    chef-vault ansible-config ansible-console ansible-doc ansible-galaxy ansible-inventory ansible-playbook ansible-pull ansible-vault
    ssh-copy-id ssh-keygen rmt-dump rmt-tar bsdtar /bin/sh`,
  alone: `id ls ll pwd who lastlog true false ps env set top dir ver cmd sh bash hostname uptime nid reboot shutdown`,
  plain: `cat type net net1 sc reg at ping ping6 dig host curl nc ksh zsh csh dash tcsh ash fish perl perl5 python python2 python3 ruby php node
    nodejs lua awk gawk mawk sed grep egrep fgrep find head tail more less sort cut tac rev nl od tee cp mv rm del mkdir rmdir md rd touch ln
    dd tar zip unzip gzip bzip2 xz 7z kill killall pkill sleep timeout echo printf read source export alias unalias trap test mount
    umount ssh scp sftp ftp tftp telnet rsync git svn make gcc cc c89 c99 clang vi vim ex ed nano emacs man history free df du date
    w ip route arp iptables last finger mail mailx sendmail mysql psql sqlite3 mysqldump redis-cli docker kubectl systemctl service
    apt apt-get yum dnf rpm dpkg pip pip3 pipx npm npx gem cargo go java javac jar base64 base32 xxd hexdump strings column comm join
    paste diff cmp split csplit fold fmt expand uniq wc tr shuf stat file readlink realpath chmod chown chgrp chattr crontab openssl gpg
    gdb ldd nm objdump strip su passwd login id3v2 cd pushd copy xcopy move ren attrib assoc ftype start call
    set-executionpolicy iex invoke-expression invoke-webrequest irb rmt perf rc vigr fc tasksched query quser dmesg w3m lynx links
    aria2c axel fetch lastlogin bridge ansible chef chef-run puppet salt terraform pwdx ss which nmap masscan hping3 unset local declare typeset`,
  runner: `sudo doas nohup time strace ltrace env xargs busybox exec command eval nice ionice setsid timeout stdbuf watch cpulimit flock toybox unshare
    nsenter script builtin then do`,
}

function table(): ReadonlyMap<string, CommandKind> {
  const kinds = new Map<string, CommandKind>()
  for (const kind of ['plain', 'runner', 'alone', 'sure'] as const) {
    for (const name of lists[kind].split(/\s+/)) kinds.set(name, kind)
  }
  return kinds
}

const kinds = table()

/** Commands whose first argument is a word of a small set; any other word after them is prose. */
const subcommands: ReadonlyMap<string, RegExp> = new Map([
  ['net', /^(?:user|users|view|localgroup|group|start|stop|share|use|session|accounts|config|time)$/],
  ['which', /^(?:curl|wget|nc|netcat|ncat|gcc|cc|perl|python[23]?|php|ruby|bash|sh|socat|node|lynx|fetch)$/],
  ['netsh', /^(?:firewall|advfirewall|interface|int|wlan|http|winsock|trace|dump)$/],
  ['ip', /^(?:a|addr|address|r|route|link|neigh)$/],
  ['sc', /^(?:query|queryex|create|config|start|stop|delete|qc)$/],
  ['reg', /^(?:add|query|delete|save|export|import)$/],
  ['pip', /^(?:install|download|freeze|list)$/],
  ['pip3', /^(?:install|download|freeze|list)$/],
  ['pipx', /^(?:install|run|list)$/],
  ['apt', /^(?:install|update|remove)$/],
  ['apt-get', /^(?:install|update|remove)$/],
  ['systemctl', /^(?:start|stop|status|enable|disable|restart|list-units)$/],
  ['docker', /^(?:ps|run|exec|images)$/],
  ['kubectl', /^(?:get|exec|apply)$/],
  ['chef', /^(?:report|exec|generate)$/],
  ['trap', /^./],
])

const directory =
  /^(?:\.{0,2}\/{0,8}(?:[\w.?*[\]!-]{1,20}\/{1,8}){0,6}s?bin\/{1,8}|\/(?:[\w.-]{1,20}\/){0,6}|[a-z]:[\\/](?:[\w .~-]{1,30}[\\/]){0,8})/i
const version = /[\d.]+$/

export interface KnownCommand {
  readonly name: string
  readonly kind: CommandKind
  /** Given with the directory of an executable. */
  readonly rooted: boolean
  readonly subcommand: RegExp | undefined
}

/** @param text a word after quote removal; escapes inside the word are undone here. */
export function commandOf(text: string): KnownCommand | undefined {
  if (text.length === 0 || text.length > 96) return undefined
  // What is left of a plus sign that was encoded twice, and of a variable that is not set.
  let plain = text.replace(/^\++|\$\w+$/g, '')
  if (/[\\^]/.test(plain) && !/^[a-z]:|%/i.test(plain)) plain = plain.replace(/[\\^]/g, '')
  const place = directory.exec(plain)?.[0]
  const base = (place === undefined ? plain : plain.slice(place.length)).toLowerCase()
  const name = base.replace(/\.(?:exe|com|bat|cmd)$/, '')
  const kind = kinds.get(name) ?? kinds.get(name.replace(version, ''))
  if (kind === undefined) return undefined
  return {
    name,
    kind,
    rooted: place !== undefined && /s?bin|[\\/]system32/i.test(place),
    subcommand: subcommands.get(name),
  }
}
