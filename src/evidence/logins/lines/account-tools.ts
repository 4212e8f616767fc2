// Lines of the tools that change accounts (shadow-utils, util-linux). Their names are checked by the tools themselves:
// they hold no quotes, commas or blanks.

import { type LineParser, parserOf } from './rule.ts'

export const parseAccountTool: LineParser = parserOf(undefined, [
  {
    action: 'user-added',
    witness: 'tool',
    pattern: /^new user: name=(?<target>[^,\s]{1,128}), UID=(?<targetId>\d{1,10}),/,
  },
  { action: 'user-deleted', witness: 'tool', pattern: /^delete user '(?<target>[^']{1,128})'$/ },
  {
    action: 'group-changed',
    witness: 'tool',
    reason: 'member added',
    pattern: /^add '(?<target>[^']{1,128})' to group '(?<group>[^']{1,128})'$/,
  },
  {
    action: 'group-changed',
    witness: 'tool-shadow',
    reason: 'member added',
    pattern: /^add '(?<target>[^']{1,128})' to shadow group '(?<group>[^']{1,128})'$/,
  },
  {
    action: 'group-changed',
    witness: 'tool',
    reason: 'member added',
    pattern: /^user (?<target>\S{1,128}) added by (?<user>\S{1,128}) to group (?<group>\S{1,128})$/,
  },
  {
    action: 'group-changed',
    witness: 'tool',
    reason: 'member removed',
    pattern: /^delete '(?<target>[^']{1,128})' from group '(?<group>[^']{1,128})'$/,
  },
  {
    action: 'group-changed',
    witness: 'tool-shadow',
    reason: 'member removed',
    pattern: /^delete '(?<target>[^']{1,128})' from shadow group '(?<group>[^']{1,128})'$/,
  },
  {
    action: 'group-changed',
    witness: 'tool',
    reason: 'member removed',
    pattern: /^user (?<target>\S{1,128}) removed by (?<user>\S{1,128}) from group (?<group>\S{1,128})$/,
  },
  {
    action: 'group-changed',
    witness: 'tool',
    reason: 'group added',
    pattern: /^new group: name=(?<group>[^,\s]{1,128}), GID=(?<groupId>\d{1,10})$/,
  },
  {
    action: 'group-changed',
    witness: 'tool-file',
    reason: 'group added',
    pattern: /^group added to \/etc\/group: name=(?<group>[^,\s]{1,128}), GID=(?<groupId>\d{1,10})$/,
  },
  {
    action: 'group-changed',
    witness: 'tool',
    reason: 'group removed',
    pattern: /^group '(?<group>[^']{1,128})' removed$/,
  },
  {
    action: 'group-changed',
    witness: 'tool-file',
    reason: 'group removed',
    pattern: /^(?:group '(?<group>[^']{1,128})' removed from \/etc\/group)$/,
  },
  {
    action: 'group-changed',
    witness: 'tool',
    reason: 'group removed',
    pattern: /^removed group '(?<group>[^']{1,128})' owned by '[^']{1,128}'$/,
  },
  {
    action: 'password-changed',
    witness: 'tool',
    pattern: /^change user '(?<target>[^']{1,128})' password$/,
  },
  {
    action: 'password-changed',
    witness: 'tool',
    pattern: /^(?<reason>lock|unlock) user '(?<target>[^']{1,128})' password$/,
  },
  {
    action: 'password-changed',
    witness: 'tool',
    pattern: /^password for '(?<target>[^']{1,128})' changed by '(?<user>[^']{1,128})'$/,
  },
  {
    action: 'user-changed',
    witness: 'tool',
    reason: 'password expiry',
    pattern: /^changed password expiry for (?<target>\S{1,128})$/,
  },
  {
    action: 'user-changed',
    witness: 'tool',
    pattern: /^changed? user (?:name )?'(?<target>[^']{1,128})' (?<reason>.{1,400})$/,
  },
])
