// Lines of OpenSSH's server (auth.c, session.c, packet.c) and of dropbear. sshd makes control characters visible, but
// leaves blanks in the names that clients send.

import { type LineParser, parserOf } from './rule.ts'

export const parseSshd: LineParser = parserOf('sshd', [
  {
    // The account exists, and behind its name stand contents of a certificate: so this name ends as early as it can.
    action: 'logon',
    witness: 'accepted',
    pattern:
      /^Accepted (?<method>\S{1,64}) for (?<user>.{1,128}?) from (?<host>\S{1,256}) port (?<port>\d{1,5})(?: ssh2)?(?:: \S{1,64} (?<fingerprint>(?:SHA256:|MD5:|[\da-f]{2}:)\S{1,128}).*)?$/,
  },
  {
    // The question which methods there are; it stands in the log when the account does not exist.
    action: 'logon-failed',
    witness: 'failed-none',
    pattern:
      /^Failed none for (?:(?:invalid|illegal) user )?(?<user>.*) from (?<host>\S{1,256}) port (?<port>\d{1,5})(?: ssh2)?$/,
  },
  {
    action: 'logon-failed',
    witness: 'failed',
    pattern:
      /^Failed (?<method>(?!hostbased)\S{1,64}) for (?:(?:invalid|illegal) user )?(?<user>.*) from (?<host>\S{1,256}) port (?<port>\d{1,5})(?: ssh2)?(?:: \S{1,64} (?<fingerprint>\S{1,128}))?$/,
  },
  {
    // Behind the address stand names that the client sends: neither end is sure, so no address is told.
    action: 'logon-failed',
    witness: 'failed',
    method: 'hostbased',
    pattern: /^Failed hostbased for (?:(?:invalid|illegal) user )?(?<user>.{1,128}?) from /,
  },
  {
    action: 'logon-failed',
    witness: 'invalid-user',
    reason: 'invalid user',
    pattern: /^(?:Invalid|Illegal) user (?<user>.*) from (?<host>\S{1,256})(?: port (?<port>\d{1,5}))?$/,
  },
  {
    // Failures with keys only are not told but by this line. Other endings ("Change of username …") carry names of the
    // client behind the address and are left out.
    action: 'logon-failed',
    witness: 'closed',
    closing: true,
    pattern:
      /^(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting) (?:authenticating|invalid) user (?<user>.*) (?<host>\S{1,256}) port (?<port>\d{1,5})(?:: (?<reason>Too many authentication failures))?(?: \[preauth\])?$/,
  },
  {
    action: 'logon-failed',
    witness: 'max-attempts',
    closing: true,
    reason: 'maximum authentication attempts exceeded',
    pattern:
      /^(?:error: )?maximum authentication attempts exceeded for (?:invalid user )?(?<user>.*) from (?<host>\S{1,256}) port (?<port>\d{1,5})(?: ssh2)?(?: \[preauth\])?$/,
  },
  {
    action: 'logon-failed',
    witness: 'not-allowed',
    pattern: /^User (?<user>.*) from (?<host>\S{1,256}) not allowed because (?<reason>[\w ,/:.'-]{1,200})$/,
  },
  {
    action: 'logon-failed',
    witness: 'not-allowed',
    pattern: /^User (?<user>.*) not allowed because (?<reason>account is locked|shell .{1,200})$/,
  },
  {
    action: 'logon-failed',
    witness: 'not-allowed',
    user: 'root',
    reason: 'root may not log in',
    pattern: /^ROOT LOGIN REFUSED FROM (?<host>\S{1,256})(?: port (?<port>\d{1,5}))?(?: \[preauth\])?$/,
  },
  {
    action: 'logon-failed',
    witness: 'denied',
    closing: true,
    reason: 'denied by PAM account configuration',
    pattern: /^fatal: Access denied for user (?<user>.*) by PAM account configuration(?: \[preauth\])?$/,
  },
  {
    // From the unprivileged process of the connection: its pid is not that of "Accepted".
    action: 'logoff',
    witness: 'disconnected',
    otherProcess: true,
    pattern:
      /^(?:Disconnected from|Connection (?:closed|reset) by) (?:user (?<user>.{1,128}) )?(?<host>\S{1,256}) port (?<port>\d{1,5})$/,
  },
])

export const parseDropbear: LineParser = parserOf('dropbear', [
  {
    action: 'logon',
    witness: 'accepted',
    method: 'password',
    pattern:
      /^(?:PAM )?[Pp]assword auth succeeded for '(?<user>.*)' from (?<host>\S{1,128}):(?<port>\d{1,5})$/,
  },
  {
    action: 'logon',
    witness: 'accepted',
    method: 'publickey',
    pattern:
      /^Pubkey auth succeeded for '(?<user>.*)' with (?:\S{1,64} )?key (?:md5 )?(?<fingerprint>\S{1,128}) from (?<host>\S{1,128}):(?<port>\d{1,5})$/,
  },
  {
    action: 'logon-failed',
    witness: 'failed',
    method: 'password',
    pattern:
      /^(?:Bad (?:PAM )?password attempt|bad password attempt) for '(?<user>.*)' from (?<host>\S{1,128}):(?<port>\d{1,5})$/,
  },
  {
    action: 'logon-failed',
    witness: 'invalid-user',
    reason: 'invalid user',
    pattern:
      /^Login attempt for nonexistent user(?: '(?<user>.*)')? from (?<host>\S{1,128}):(?<port>\d{1,5})$/,
  },
  {
    action: 'logon-failed',
    witness: 'max-attempts',
    closing: true,
    reason: 'maximum authentication attempts exceeded',
    pattern: /^Max auth tries reached - user '(?<user>.*)' from (?<host>\S{1,128}):(?<port>\d{1,5})$/,
  },
  {
    action: 'logoff',
    witness: 'disconnected',
    pattern: /^Exit \((?<user>.{1,128})\) from <(?<host>\S{1,128}):(?<port>\d{1,5})>: .*$/,
  },
])
