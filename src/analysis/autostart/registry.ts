// What the hives of a machine say that starts by itself, services and drivers among it.

import { type Autorun, autoruns, imageOf, type MachineHives } from '../../evidence/autoruns/index.ts'
import { type Service, servicesIn } from '../../evidence/services/index.ts'

export function* registryEntries(machine: MachineHives): Generator<Autorun> {
  yield* autoruns(machine)
  if (machine.system === undefined) return
  for (const service of servicesIn(machine.system)) yield* serviceEntries(service)
}

/** The file of a service or driver; '' where none is named. */
export function imageOfService({ command, library, isDriver, name }: Service): string {
  if (library !== '') return imageOf(library)
  if (command !== '') return imageOf(command)
  return isDriver ? `%SystemRoot%\\System32\\drivers\\${name}.sys` : ''
}

function* serviceEntries(service: Service): Generator<Autorun> {
  const { name, command, library, failureCommand, time } = service
  const entry = {
    category: service.isDriver ? ('Drivers' as const) : ('Services' as const),
    key: `HKLM\\SYSTEM\\${service.controlSet}\\Services\\${name}`,
    entry: name,
    command: library === '' ? command : library,
    image: imageOfService(service),
    time,
    // What is started by hand or by a trigger waits for somebody to ask.
    isEnabled: service.start !== 'disabled' && (service.start !== 'manual' || service.hasTriggers),
    isUsual: false,
    technique: 'T1543.003',
  }
  yield entry
  if (failureCommand !== '')
    yield {
      ...entry,
      entry: `${name} (when it fails)`,
      command: failureCommand,
      image: imageOf(failureCommand),
    }
}
