// Lines of logs: where the logs of Linux lie and what they are, when a line says it was written, and by whom.

export * from './line-time.ts'
export * from './sources.ts'
export { parseSyslogLine, type SyslogLine } from './syslog-line.ts'
