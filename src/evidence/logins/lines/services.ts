// Lines of login(1) (util-linux and shadow), systemd-logind and FTP servers.

import type { LoginFact } from '../fact.ts'
import { type LineParser, type LogLine, parserOf } from './rule.ts'

export const parseLogin: LineParser = parserOf('login', [
  {
    action: 'logon',
    witness: 'accepted',
    user: 'root',
    pattern:
      /^ROOT LOGIN\s{1,2}(?:ON|on) '?(?<tty>[^\s']{1,64})'?(?: (?:FROM|from) '?(?<host>[^\s']{1,256})'?)?$/,
  },
  {
    action: 'logon',
    witness: 'accepted',
    pattern: /^LOGIN ON (?<tty>\S{1,64}) BY (?<user>.{1,128}?)(?: FROM (?<host>\S{1,256}))?$/,
  },
  {
    // util-linux: the name is what was typed, so it ends where the fixed reason begins.
    action: 'logon-failed',
    witness: 'failed',
    pattern:
      /^FAILED LOGIN(?: SESSION|(?: \(?\d{1,4}\)?))? (?:(?:ON|on) '?(?<tty>[^\s']{1,64})'?\s?)?(?:(?:FROM|from) '?(?<host>[^\s']{1,256})'?\s?)?FOR '?(?<user>.*?)'?,\s{1,2}(?<reason>[\w .,-]{1,128})$/,
  },
  {
    action: 'logon-failed',
    witness: 'max-attempts',
    closing: true,
    reason: 'too many tries',
    pattern:
      /^TOO MANY LOGIN TRIES \(\d{1,4}\)(?: on '?(?<tty>[^\s']{1,64})'?)?(?: (?:FROM|from) '?(?<host>[^\s']{1,256})'?)? FOR '?(?<user>[^']*)'?.*$/,
  },
])

/** Session ids are logind's own; names are of accounts. It serves many logins, so its pid says nothing. */
export const parseLogind: LineParser = parserOf(undefined, [
  {
    action: 'session-start',
    witness: 'logind',
    otherProcess: true,
    pattern:
      /^New session '?(?<session>[\w-]{1,32})'? of user '?(?<user>[^'\s]{1,128}?)'?(?: with class '?[\w-]{1,32}'? and type '?[\w-]{1,32}'?)?\.$/,
  },
  {
    action: 'session-end',
    witness: 'logind-out',
    otherProcess: true,
    pattern: /^Session '?(?<session>[\w-]{1,32})'? logged out\. Waiting for processes to exit\.$/,
  },
  {
    action: 'session-end',
    witness: 'logind',
    otherProcess: true,
    pattern: /^Removed session '?(?<session>[\w-]{1,32})'?\.$/,
  },
])

const vsftpd = parserOf('vsftpd', [
  {
    action: 'logon-failed',
    witness: 'failed',
    pattern: /^\[(?<user>.*)\] FAIL LOGIN: Client "(?<host>[^"]{1,256})"$/,
  },
  {
    action: 'logon',
    witness: 'accepted',
    pattern: /^\[(?<user>.*)\] OK LOGIN: Client "(?<host>[^"]{1,256})"(?:, anon password ".*")?$/,
  },
])

/** Name and anonymous password are the client's: with a second "LOGIN: Client" in the line no address is sure. */
export function parseVsftpd(line: LogLine): LoginFact | undefined {
  const fact = vsftpd(line)
  if (fact === undefined || line.text.split('LOGIN: Client "', 3).length < 3) return fact
  const { host: _, ...rest } = fact
  return { ...rest, ambiguous: true }
}

/** The client's address stands before its name. */
export const parseProftpd: LineParser = parserOf('proftpd', [
  {
    action: 'logon',
    witness: 'accepted',
    pattern:
      /^\S{1,256} \([^\s[]{0,256}\[(?<host>[^\]\s]{1,64})\]\)(?:\[[^\]\s]{1,64}\])? - USER (?<user>.*): Login successful\.$/,
  },
  {
    action: 'logon-failed',
    witness: 'failed',
    pattern:
      /^\S{1,256} \([^\s[]{0,256}\[(?<host>[^\]\s]{1,64})\]\)(?:\[[^\]\s]{1,64}\])? - USER (?<user>.*) \(Login failed\): (?<reason>[^:()]{1,128})$/,
  },
  {
    action: 'logon-failed',
    witness: 'failed',
    reason: 'invalid user',
    pattern:
      /^\S{1,256} \([^\s[]{0,256}\[(?<host>[^\]\s]{1,64})\]\)(?:\[[^\]\s]{1,64}\])? - USER (?<user>.*): no such user found from .{1,300}$/,
  },
])
