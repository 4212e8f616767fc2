// Logins of Linux: records of utmp, wtmp, btmp and lastlog, what programs log of them, and all sources of one login as one event.

export { ipOf, ipOfBytes, mayBeSameHost, portOf, sourceOf } from './address.ts'
export { Correlator, type Group, type Told } from './correlator.ts'
export { eventOf } from './events.ts'
export {
  boundedCommand,
  factOf,
  type LoginAction,
  type LoginFact,
  type LoginProvider,
  mergeFacts,
  terminalOf,
} from './fact.ts'
export { type LastLogin, lastlogRecordBytes, parseLastlogRecord, readLastlogOf } from './lastlog.ts'
export { lineOf, parseLine } from './lines/index.ts'
export type { LogLine } from './lines/rule.ts'
export { classOf, isLog, likeness, sameTimeMs } from './match.ts'
export { familyOf, type OpenSession, OpenSessions } from './sessions.ts'
export {
  parseUtmp,
  parseUtmpRecord,
  peekUtmpRecord,
  textAt,
  type UtmpRecord,
  utmpRecordBytes,
  utmpTypes,
} from './utmp.ts'
export { btmpFact, isoOf, utmpLogin, utmpLogout, wtmpFact } from './utmp-facts.ts'
