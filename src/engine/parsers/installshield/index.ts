// Cabinets and setup programs of InstallShield.

export {
  type CabinetFile,
  type CabinetHeader,
  type CabinetVolume,
  isCabinet,
  readCabinetHeader,
  readFiles,
  readVolume,
} from './cabinet.ts'
export { isSetupStream, readSetupStream, type SetupFile } from './setup-stream.ts'
