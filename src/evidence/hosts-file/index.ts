export { hostsEntries, type HostsEntry } from './hosts-file.ts'
