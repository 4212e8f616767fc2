// clamd's protocol (clamd(8), 1.4.6): mail filters, file servers, clamdscan and libraries talk to Haechi as to clamd.

export { ClamdServer, type ClientCount, type TcpAddress, type UnixAddress } from './server.ts'
export type { ClamdServices, Judged, ScanOrder, ScanTarget, Workload } from './services.ts'
export type { ClamdSettings } from './settings.ts'
