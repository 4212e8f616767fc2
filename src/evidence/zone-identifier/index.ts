export { readZoneIdentifier, type ZoneIdentifier } from './zone-identifier.ts'
