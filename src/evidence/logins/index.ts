// Logins of Linux: records of utmp, wtmp, btmp and lastlog, what programs log of them, and all sources of one login as one event.

export { sourceOf } from './address.ts'
export { Correlator, type Group, type Told } from './correlator.ts'
export { eventOf } from './events.ts'
export { boundedCommand, factOf, type LoginAction, type LoginFact, terminalOf } from './fact.ts'
export { type LastLogin, lastlogRecordBytes, parseLastlogRecord, readLastlogOf } from './lastlog.ts'
export { lineOf, parseLine } from './lines/index.ts'
export {
  parseUtmp,
  parseUtmpRecord,
  peekUtmpRecord,
  type UtmpRecord,
  utmpRecordBytes,
  utmpTypes,
} from './utmp.ts'
export { btmpFact, isoOf, utmpLogin, utmpLogout, wtmpFact } from './utmp-facts.ts'
